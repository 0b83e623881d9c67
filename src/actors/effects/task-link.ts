/**
 * A connection on which a text with a task has its task done: by the agent's own frames, or by words and a look at the file.
 * The turn sees a link like any other, on which nothing is said but questions.
 */
import { describeError } from '../../basics/describe-error.ts';
import type { ContextId, EventId } from '../../../machines/ids.ts';
import type { Trouble } from '../../../machines/notices.ts';
import type { Task, Text } from '../../../machines/room.model.ts';
import type { Link, LinkEvent, Log, OpenLink, SaveFile, SaveFiles, SaveSight } from '../../ports.ts';
import { promptOf, wishOf } from './task-words.ts';

interface TaskWorld {
  openLink: OpenLink;
  saves: SaveFiles;
  log: Log;
}

type Asked = Parameters<Link['ask']>[0];
type Target = Parameters<OpenLink>[0];
type Failure = Extract<LinkEvent, { outcome: 'failed' }>;

/** The same, for texts that may have a task. */
export function openTaskLinks(world: TaskWorld): OpenLink {
  return (target, listen) => {
    let hasFrames = false;
    let isOver = false;
    /** What becomes of its END; null while it is a connection like any other. */
    let conclude: ((done: LinkEvent) => void) | null = null;
    let isConcluding = false;

    function tell(event: LinkEvent): void {
      if (isOver) return;
      isOver = event.type === 'ended' || event.type === 'unreachable';
      listen(event);
    }

    const link = world.openLink(target, (event) => {
      if (event.type === 'ready') hasFrames = event.capabilities.contexts;
      if (conclude === null) tell(event);
      else if (event.type === 'ended' && event.outcome === 'done') conclude(event);
      else if (!SAYINGS.has(event.type)) tell(event);
    });

    function fail(failure: Failure): void {
      link.close();
      tell(failure);
    }

    function unlessItBreaks(work: Promise<void>): void {
      work.catch((error: unknown) => {
        world.log.error({ ...target.about?.(), error }, 'what is done with a memory broke');
        fail({ type: 'ended', outcome: 'failed', trouble: 'connection-lost', detail: describeError(error) });
      });
    }

    function doTask(asked: Asked, task: Task): void {
      conclude = tell;
      if (hasFrames && !continuesABranch(task, target.contextId)) return link.ask(asked);
      const turn = inWords(world, target, asked.text, task);
      conclude = (done) => {
        isConcluding = true;
        unlessItBreaks(turn.after().then((failure) => tell(failure ?? done)));
      };
      unlessItBreaks(
        turn.before().then((failure) => {
          if (failure !== null) fail(failure);
          else if (!isOver) link.ask({ ...asked, text: turn.text });
        }),
      );
    }

    return {
      confirm: (question, approved) => link.confirm(question, approved),
      stop() {
        link.stop();
        // Its connection is gone already: only the file is still looked at.
        if (isConcluding) tell({ type: 'ended', outcome: 'stopped' });
      },
      ask(asked) {
        const { task } = asked.text;
        if (task === undefined) link.ask(asked);
        else doTask(asked, task);
      },
      close() {
        isOver = true;
        link.close();
      },
    };
  };
}

/** What an agent says that is not for the person while it does a task. */
const SAYINGS: ReadonlySet<LinkEvent['type']> = new Set(['text', 'progress', 'file']);

/** It was saved by words: its agent had no frames then. */
function continuesABranch(task: Task, here: ContextId): boolean {
  return task.kind === 'branch' && task.to === here;
}

/** The turn by words: what is looked at before and after it, and what the agent reads. */
function inWords({ saves, log }: TaskWorld, { agent, contextId, about }: Target, asked: Text, task: Task) {
  const { eventId, sender } = asked;
  const save: SaveFile = { agent, person: sender, name: task.name };
  const wish = wishOf(task, contextId);
  // The second half of a copy is another message: an agent that runs each once is to run both.
  const messageId = continuesABranch(task, contextId) ? (`${eventId}/load` as EventId) : eventId;
  const text: Text = { eventId: messageId, sender, body: promptOf(wish, saves.pathOf(save)), replyTo: null };
  let before: SaveSight | null = null;

  function failed(trouble: Trouble, why: string): Failure {
    // The detail is for a log that hides what agents say.
    log.info({ ...about?.(), agent, trouble, why }, 'a save by words failed');
    return { type: 'ended', outcome: 'failed', trouble, detail: `${wish} by words: ${why}` };
  }

  return {
    text,
    /** Why the agent need not be asked. */
    async before(): Promise<Failure | null> {
      const sight = await saves.look(save);
      before = sight;
      if (sight.is === 'unseen') return failed('workspace-unseen', sight.why);
      return wish === 'load' && sight.is === 'missing' ? failed('save-is-gone', sight.why) : null;
    },
    /** Why it is not done, although the agent says so. */
    async after(): Promise<Failure | null> {
      if (wish === 'load') return null;
      const sight = await saves.look(save);
      if (sight.is === 'unseen') return failed('workspace-unseen', sight.why);
      if (sight.is === 'missing') return failed('not-saved', sight.why);
      return before?.is === 'there' && before.print === sight.print ? failed('not-saved', 'it is as before') : null;
    },
  };
}
