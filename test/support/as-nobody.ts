/** Take it where a folder must not be written: also root may not, as long as it is somebody else. */
import { chmodSync, statSync } from 'node:fs';
import path from 'node:path';

/** Some user that owns nothing here. */
const NOBODY = 65_534;

interface Rights {
  user: number;
  group: number;
  owner: { uid: number; gid: number };
}

/** While `act` runs the folder is for reading only, and the process is not root. */
export async function asNobody(folder: string, act: (rights: Rights) => Promise<void>): Promise<void> {
  const [user = 0, group = 0] = [process.geteuid?.(), process.getegid?.()];
  const { mode, uid, gid } = statSync(folder);
  chmodSync(folder, 0o555);
  // Temporary folders are their owner's alone.
  for (let at = path.dirname(folder); at !== path.dirname(at); at = path.dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) chmodSync(at, 0o755);
  }
  if (user === 0) process.seteuid?.(NOBODY);
  try {
    await act({ user: user === 0 ? NOBODY : user, group, owner: { uid, gid } });
  } finally {
    if (user === 0) process.seteuid?.(0);
    chmodSync(folder, mode);
  }
}
