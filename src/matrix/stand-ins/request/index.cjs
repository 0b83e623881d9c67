// Stands in for `request`, which matrix-bot-sdk requires but nobody maintains: src/matrix/http.ts is set with setRequestFn() instead.
module.exports = function request() {
  throw new Error('matrix-bot-sdk made a request before src/matrix/http.ts was set with setRequestFn()');
};
