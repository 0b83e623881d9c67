/** The thread of `writerInThread`: one transaction for each message, then the answer. */
import { parentPort, workerData } from 'node:worker_threads';
import { connect } from './connection.ts';
import { transactionsOn, type Statement } from './transaction.ts';
import type { Answer, Failure } from './writer.ts';

const { file } = workerData as { file: string };
const connection = connect(file, true);
const transact = transactionsOn(connection);

parentPort?.on('message', (statements: readonly Statement[] | 'close') => {
  if (statements === 'close') {
    connection.close();
    parentPort?.close();
    return;
  }
  parentPort?.postMessage(answerTo(statements));
});

function answerTo(statements: readonly Statement[]): Answer {
  try {
    transact(statements);
    return null;
  } catch (error) {
    const { errcode, message } = error as Failure;
    return { errcode, message };
  }
}
