/** Answers without a language model: what the person writes decides what happens. */
import { sizeOf } from './attachments.ts';
import { COPY, playCopy, playFile, playFiles, playMedia, playSend, playWrite } from './file-scenes.ts';
import { AgentError } from './frames.ts';
import type { Turn, Work } from './run.ts';
import { longAnswer, table } from './samples.ts';
import { quote, stream, type Stage } from './stage.ts';

interface Scene {
  usage: string;
  help: string;
  /** What may follow the word; nothing when left out. */
  argument?: RegExp;
  play(turn: Turn, stage: Stage, argument: string): Promise<void>;
}

const LONG_ANSWER_BYTES = 200_000;
const SLOWEST_SECONDS = 3600;

const scenes = new Map<string, Scene>([
  ['help', { usage: 'help', help: 'this list', play: (turn, stage) => stream(turn, stage, helpText()) }],
  [
    'slow',
    {
      usage: 'slow [seconds]',
      help: 'an answer that counts, a word at a time (30 seconds); try `!stop`',
      argument: /^\d+(\.\d+)?$/,
      play: playSlow,
    },
  ],
  [
    'tool',
    {
      usage: 'tool [seconds]',
      help: 'calls a tool, tells of its progress, then answers; `tool 10` takes its time',
      argument: /^\d+(\.\d+)?$/,
      play: playTool,
    },
  ],
  [
    'later',
    {
      usage: 'later [seconds]',
      help: 'answers at once, and pushes what came of it after the turn (10 seconds)',
      argument: /^\d+(\.\d+)?$/,
      play: playLater,
    },
  ],
  ['file', { usage: 'file', help: 'writes a text file and sends it', play: playFile }],
  ['media', { usage: 'media', help: 'sends a picture and a sound', play: playMedia }],
  ['files', { usage: 'files', help: 'lists the files that came with it', play: playFiles }],
  [
    'please',
    {
      usage: 'please copy the attached file to <path>',
      help: 'copies the text file that came with it, and sends the copy',
      argument: COPY,
      play: playCopy,
    },
  ],
  ['send', { usage: 'send <path>', help: 'sends a file of the workspace', argument: /^[^\r\n]+$/, play: playSend }],
  [
    'write',
    {
      usage: 'write <path> <text>',
      help: 'writes a file with this text and sends it',
      argument: /^[^]+$/,
      play: playWrite,
    },
  ],
  [
    'confirm',
    {
      usage: 'confirm [what]',
      help: 'asks whether to go on; answer with `!yes` or `!no`',
      argument: /^[^]+$/,
      play: playConfirm,
    },
  ],
  ['recall', { usage: 'recall', help: 'what you said before in this conversation', play: playRecall }],
  ['table', { usage: 'table', help: 'a table', play: (turn, stage) => stream(turn, stage, table) }],
  ['long', { usage: 'long', help: 'an answer of 200 KB with tables and code', play: playLong }],
  ['fail', { usage: 'fail', help: 'begins to answer, then reports an error', play: playFail }],
  ['crash', { usage: 'crash', help: 'drops the connection within the answer', play: playCrash }],
  ['silent', { usage: 'silent', help: 'never answers', play: playSilent }],
]);

/** The offline agent; `workspace` is the folder that its files go to. */
export function createScript(stage: Stage): Work {
  return async (turn) => {
    const [, word = '', argument = ''] = /^\s*(\S+)\s*([^]*?)\s*$/.exec(turn.text) ?? [];
    const scene = scenes.get(word.toLowerCase());
    if (scene !== undefined && (argument === '' || scene.argument?.test(argument))) {
      await scene.play(turn, stage, argument);
    } else {
      await playAnswer(turn, stage);
    }
    return null;
  };
}

async function playAnswer(turn: Turn, stage: Stage): Promise<void> {
  const memory = turn.history.length;
  const files = await Promise.all(turn.attachments.map((path) => describeFile(stage.workspace, path)));
  const lines = [
    `You wrote: “${quote(turn.text)}”.`,
    '',
    'I am the **reference agent**: I answer by a script, without a language model.',
    '',
    `- My memory of this conversation has **${memory} ${memory === 1 ? 'message' : 'messages'}**.`,
    ...files.map((file) => `- With it came ${file}.`),
    '- Write `help` to see what else I can do.',
    '',
  ];
  await stream(turn, stage, lines.join('\n'));
}

async function playSlow(turn: Turn, _stage: Stage, argument: string): Promise<void> {
  const seconds = Math.min(argument === '' ? 30 : Number(argument), SLOWEST_SECONDS);
  const words = Math.max(2, Math.round(seconds * 4));
  turn.say(`I count to ${words}: `);
  for (let word = 1; word <= words; word += 1) {
    await turn.pause((seconds * 1000) / words);
    turn.say(word === words ? `${word}.` : `${word} `);
  }
}

async function playTool(turn: Turn, stage: Stage, argument: string): Promise<void> {
  const pause = argument === '' ? stage.pace : (Math.min(Number(argument), SLOWEST_SECONDS) * 1000) / 3;
  turn.send({ type: 'AGENT_EVENT_TOOL_CALL_CHUNK', name: 'calculator', arguments: '{"expression":"6*7"}' });
  await turn.pause(pause);
  turn.send({
    type: 'AGENT_EVENT_CUSTOM_UPDATE',
    data: { kind: 'progress', text: 'Calculating', step: 1, steps: 2 },
  });
  await turn.pause(pause);
  turn.send({ type: 'AGENT_EVENT_TOOL_RESULT', name: 'calculator', result: '42' });
  await turn.pause(pause);
  await stream(turn, stage, 'The calculator says that 6 × 7 is **42**.');
}

async function playLater(turn: Turn, stage: Stage, argument: string): Promise<void> {
  if (stage.pusher === null) {
    return stream(turn, stage, 'I cannot say anything after my turn: PUSH_URL and PUSH_TOKEN are not set.');
  }
  const seconds = Math.min(argument === '' ? 10 : Number(argument), SLOWEST_SECONDS);
  const text = `It took ${seconds} seconds: **42**.`;
  stage.pusher.later(turn.chat, seconds * 1000, { kind: 'done', text });
  await stream(turn, stage, 'I have begun, and tell you when it is done.');
}

async function playConfirm(turn: Turn, stage: Stage, argument: string): Promise<void> {
  const what = argument === '' ? 'tidy up the workspace' : quote(argument);
  turn.say('One moment: I need your word. ');
  const approved = await turn.ask(`May I ${what}?`);
  await stream(
    turn,
    stage,
    approved ? `You said **yes**: I ${what}.` : 'You said **no**: I leave everything as it is.',
  );
}

async function playRecall(turn: Turn, stage: Stage): Promise<void> {
  const said = turn.history.slice(0, -1).filter(({ role }) => role === 'user');
  const list = said.map(({ content }) => `- “${quote(content)}”`);
  const lines = list.length === 0 ? ['I remember nothing that you said.'] : ['I remember that you said:', '', ...list];
  await stream(turn, stage, `${lines.join('\n')}\n`);
}

async function playLong(turn: Turn, { pace }: Stage): Promise<void> {
  for (const piece of longAnswer(LONG_ANSWER_BYTES).match(/[^]{1,2000}/g) ?? []) {
    turn.say(piece);
    await turn.pause(pace);
  }
}

async function playFail(turn: Turn, stage: Stage): Promise<void> {
  await stream(turn, stage, 'I begin to answer, but');
  throw new AgentError('DEMO_FAILURE', 'The reference agent failed because you asked it to.');
}

async function playCrash(turn: Turn, stage: Stage): Promise<void> {
  await stream(turn, stage, 'I begin to answer, and');
  turn.crash();
}

async function playSilent(turn: Turn): Promise<void> {
  await turn.pause(SLOWEST_SECONDS * 1000);
}

function helpText(): string {
  const list = [...scenes.values()].map(({ usage, help }) => `- \`${usage}\`: ${help}`);
  return ['I am the **reference agent**. Write one of these, or anything else:', '', ...list, ''].join('\n');
}

async function describeFile(workspace: string, path: string): Promise<string> {
  const bytes = await sizeOf(workspace, path);
  return bytes === null
    ? `the file “${quote(path)}”, which I cannot find`
    : `the file “${quote(path)}” (${bytes} bytes)`;
}
