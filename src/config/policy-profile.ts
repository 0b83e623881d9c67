/** The part `policy.profile`: how the bot, and what it makes, looks in clients. */
import { z } from 'zod';
import { MxcUri } from '../../machines/ids.ts';
import { about } from './about.ts';
import { orNull, text } from './values.ts';

const HINT = 'what the homeserver calls an uploaded picture, "mxc://example.org/abc"; or leave it out';
const picture = z
  .string()
  .trim()
  .regex(/^mxc:\/\//, 'is no address of an uploaded picture')
  .pipe(MxcUri);

export const Profile = z.strictObject({
  name: orNull(text.max(100)).register(about, {
    purpose: 'what the bot is called in clients. Left out: as its account is called',
    hint: 'a name of at most 100 characters; or leave it out',
    words: null,
  }),
  avatar: orNull(picture).register(about, {
    purpose: 'its picture: the address that the homeserver gives to an uploaded one (docs/operating.md)',
    hint: HINT,
    words: null,
  }),
  space_avatar: orNull(picture).register(about, {
    purpose: 'the picture of Spaces that it makes from now on',
    hint: HINT,
    words: null,
  }),
  chat_avatar: orNull(picture).register(about, {
    purpose: 'the picture of chats that it makes from now on',
    hint: HINT,
    words: null,
  }),
});
