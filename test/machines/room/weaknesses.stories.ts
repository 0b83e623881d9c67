/** What a person would expect and does not get yet. A story that comes true fails here: move it to where it belongs. */
import { describe, expect, it } from 'vitest';
import { asking, connecting, failed, questionLeft, stopping, streaming } from './scenes.ts';
import { bob, clear, command, delivered, ended, invited, resumed, say, text, typing, unreachable } from './story.ts';

const kinds = (does: [string, unknown][]) => does.map(([type]) => type);

describe('known weaknesses', () => {
  it('!yes while the answer that ended in a question is delivered counts', () => {
    const { does } = asking.after(ended('done', 'Shall I?')).on(command('yes'));
    expect(does).not.toContainEqual(say({ key: 'no question is open' }, 'yes'));
  });

  it('a text that was told to wait for the word does not overtake it', () => {
    const next = asking.after(text('2'), ended('done', 'Shall I?'), delivered());
    expect(next.after(command('yes')).context.question).toBeNull();
  });

  it('!yes that has to wait for the next turn is answered', () => {
    expect(kinds(asking.on(command('yes')).does)).toEqual(['say']);
  });

  it('!yes that has to wait does not outgrow the queue', () => {
    const full = asking.after(...Array.from({ length: 20 }, (_, n) => text(`q${n}`)));
    expect(full.after(command('yes')).context.waiting.length).toBe(20);
  });

  it('an agent that takes no confirmations is sent none when the question expires', () => {
    expect(kinds(asking.on(asking.end('questionLimit')).does)).not.toContain('send the confirmation');
  });

  it('a turn that took too long, with an agent that does not stop, is not called stopped', () => {
    const late = streaming.after(streaming.end('turnLimit'));
    expect(late.on(late.end('stopLimit')).does).toContainEqual(say({ key: 'trouble', trouble: 'too-long' }, '1'));
  });

  it('a turn that took too long is not called stopped after a restart', () => {
    const late = streaming.after(streaming.end('turnLimit'));
    expect(late.on(resumed).does).toContainEqual(say({ key: 'trouble', trouble: 'too-long' }, '1'));
  });

  it('!clear forgets the running text: nothing of the old context can be retried', () => {
    expect(streaming.after(clear, ended('stopped', null)).context.unanswered).toBeNull();
  });

  it('!clear does not call what it ended stopped as well', () => {
    expect(streaming.after(clear).on(ended('stopped', null)).does).not.toContainEqual(say({ key: 'stopped' }, '1'));
  });

  it('!retry while the agent still stops waits for what is being stopped', () => {
    expect(stopping.on(command('retry')).does).not.toContainEqual(say({ key: 'nothing to retry' }, 'retry'));
  });

  it('a question is closed once its turn was retried and answered', () => {
    const answered = questionLeft.after(command('retry'), ended('done', null, null, 2));
    expect(answered.on(command('yes')).does).toEqual([say({ key: 'no question is open' }, 'yes')]);
  });

  it('a text that may have run is not sent again because the agent is said to be unreachable', () => {
    expect(streaming.after(unreachable()).at).not.toBe('asking / working / backing off');
  });

  it('another person does not inherit what somebody left unanswered', () => {
    expect(failed.after(invited(bob)).context.unanswered).toBeNull();
  });

  it('another person does not inherit the question that somebody left open', () => {
    expect(questionLeft.after(invited(bob)).context.question).toBeNull();
  });

  it('another person does not inherit the texts that wait', () => {
    expect(streaming.after(text('2'), invited(bob)).context.waiting).toEqual([]);
  });

  it('typing is shown again after a restart', () => {
    expect(connecting.on(resumed).does).toContainEqual(typing);
  });

  it('a second !stop has a word of its own', () => {
    expect(kinds(stopping.on(command('stop')).does)).toEqual(['say']);
  });

  it(
    'an interrupted text stays to be retried when the next text comes at rest, as it does when one waits',
    () => {
      const next = streaming.after(resumed, text('2'), ended('done', null, null, 2));
      expect(next.on(command('retry')).does).not.toContainEqual(say({ key: 'nothing to retry' }, 'retry'));
    },
  );
});
