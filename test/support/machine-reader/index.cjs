/** The reader of charts that Stately's tools use; it wants XState 4, so it lives in a package of its own. */
module.exports = require('@xstate/machine-extractor');
