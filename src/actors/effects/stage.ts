/** Puts a growing answer into its room: the first text once, edits as they can be had, and no doubt left behind. */
import type { EventId, RoomId } from '../../../machines/ids.ts';
import type { Language } from '../../../machines/language.ts';
import type { Relation } from '../../../machines/message.ts';
import type * as ports from '../../ports.ts';
import type { Outgoing, Rendered } from '../../ports.ts';
import type { Shown, Stage } from './live-answer.ts';

export interface StageWorld {
  send: ports.Send;
  sendDisposable: ports.SendDisposable;
  renderPreview: ports.RenderPreview;
  renderAnswer: ports.RenderAnswer;
  now: ports.Now;
}

export interface Scene {
  room: RoomId;
  /** The same for all tries of one turn, so that the first text appears once. */
  transaction: string;
  answers: EventId;
  language: Language | null;
  relation?: Relation | undefined;
  /** Whether others stand between by now: then it is a reply. */
  isApart(): boolean;
  /** An earlier run of the turn may have shown a beginning, of another text, under the same transaction. */
  mayHaveBegun: boolean;
}

/** What is known to be in the room. */
interface Standing {
  eventId: EventId;
  content: Rendered;
  isEdited: boolean;
}

export function createStage(world: StageWorld, scene: Scene, shown: Stage['shown']): Stage {
  const { room, transaction, answers, language } = scene;
  const since = world.now();
  /** What may or may not be in the room. */
  let doubtful: Outgoing | null = null;
  let standing: Standing | null = null;
  let edits = 0;

  function message(id: string, content: Rendered, replaces: EventId | null): Outgoing {
    const message = {
      room,
      transaction: id,
      msgtype: 'm.text' as const,
      content,
      replaces,
      answers,
      relation: scene.isApart() ? { ...scene.relation, isReply: true as const } : scene.relation,
      since,
      device: null,
    };
    return replaces === null ? message : { ...message, isPassing: true };
  }

  function note({ replaces, content }: Outgoing, receipt: Shown): Shown {
    if (!receipt.ok) return receipt;
    const isKnown = replaces !== null || !scene.mayHaveBegun;
    standing = isKnown ? { eventId: replaces ?? receipt.eventId, content, isEdited: replaces !== null } : null;
    return receipt;
  }

  async function attempt(next: Outgoing): Promise<Shown> {
    const receipt = note(next, await world.sendDisposable(next));
    doubtful = !receipt.ok && receipt.code === 'unknown' ? next : null;
    return receipt;
  }

  async function insist(on: Outgoing): Promise<Shown> {
    const receipt = note(on, await world.send(on, 'edit'));
    doubtful = null;
    return receipt;
  }

  return {
    async show(markdown, growth) {
      if (doubtful !== null) return insist(doubtful);
      return attempt(message(transaction, world.renderPreview(markdown, growth, language), null));
    },
    async edit(target, markdown, growth) {
      const content = world.renderPreview(markdown, growth, language);
      if (doubtful === null && isSame(standing?.content, content)) return { ok: true, eventId: target, isOld: true };
      return attempt(message(`${transaction}.${since.toString(36)}.${++edits}`, content, target));
    },
    async clearDoubt() {
      if (doubtful === null) return;
      const isFirst = doubtful.replaces === null;
      const receipt = await insist(doubtful);
      if (isFirst && receipt.ok) shown(receipt.eventId);
    },
    standsAs(markdown) {
      // Clients that know no edits show of an edited one its beginning only.
      if (standing === null || standing.isEdited) return null;
      const [first] = world.renderAnswer(markdown, language);
      return isSame(first, standing.content) ? standing.eventId : null;
    },
    shown,
  };
}

function isSame(one: Rendered | undefined, other: Rendered): boolean {
  return one !== undefined && one.body === other.body && one.html === other.html;
}
