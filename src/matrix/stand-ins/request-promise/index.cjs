// Stands in for `request-promise`, which matrix-bot-sdk lists but never loads.
module.exports = {};
