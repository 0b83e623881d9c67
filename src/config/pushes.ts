/** What of the configuration lets agents push, and what keeps them from it. */
import type { AgentConfig } from './config.ts';
import type { ReadFile } from './environment.ts';
import { whatIsWrong } from './key-file.ts';
import { type Problem, show } from './problem.ts';

const TOKEN_FILE = 'the path of a file with the token of the agent and nothing else; or leave the line out';

/** Whether the files with tokens can be read; `name`: of the registry file. Nothing of a token is ever shown. */
export function checkTokenFiles(
  agents: readonly { push_token_file?: string | undefined }[],
  name: string,
  readFile: ReadFile,
): Problem[] {
  return agents.flatMap(({ push_token_file: file }, index): Problem[] => {
    const problem = file === undefined ? null : whatIsWrong(file, 'token', readFile);
    if (file === undefined || problem === null) return [];
    return [{ where: `${name}: agents[${index}].push_token_file`, value: show(file), problem, hint: TOKEN_FILE }];
  });
}

/** One without the other does nothing. */
export function warnAboutPushes(agents: readonly AgentConfig[], isOn: boolean): string[] {
  const mayPush = agents.some(({ pushTokenFile }) => pushTokenFile !== undefined);
  if (isOn === mayPush) return [];
  return isOn
    ? ['PUSH_PORT is set, but no agent has a push_token_file: none may push.']
    : ['Agents have a push_token_file, but PUSH_PORT is not set: none can push.'];
}
