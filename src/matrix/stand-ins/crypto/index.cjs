// Stands in for the native crypto package, whose install script downloads a binary: matrix-bot-sdk only needs this enum to load.
module.exports = { StoreType: { Sqlite: 0 } };
