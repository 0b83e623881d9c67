/** `node:sqlite` without its warning: older Node 24 calls it experimental at each start, and no operator can act on that. */
const { emitWarning } = process;
process.emitWarning = () => undefined;
export const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
process.emitWarning = emitWarning;
