/** Take it for what the service can say in its log: each fixed message with its level and its fields, read from the code. */
import path from 'node:path';
import ts from 'typescript';

export interface FixedMessage {
  message: string;
  level: string;
  /** Sorted. */
  fields: string[];
  file: string;
}

const LEVELS = new Set(['trace', 'debug', 'info', 'warn', 'error']);
/** What has a log of its own, or none: it runs in no service. */
const ELSEWHERE = /\/src\/(demo|homeserver|reference-agent|diagrams|check-agents|doctor)\//;

/** Every call of a log below `src`; a message that is no literal type is given as `null`. */
export function fixedMessages(root: string): (Omit<FixedMessage, 'message'> & { message: string | null })[] {
  const read = ts.readConfigFile(path.join(root, 'tsconfig.json'), (file) => ts.sys.readFile(file));
  const { options, fileNames } = ts.parseJsonConfigFileContent(read.config, ts.sys, root);
  const program = ts.createProgram(
    fileNames.filter((file) => file.includes('/src/')),
    options,
  );
  const checker = program.getTypeChecker();
  return program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.startsWith(path.join(root, 'src/')) && !ELSEWHERE.test(fileName))
    .flatMap((source) => callsIn(source).flatMap((call) => messagesOf(call, source, checker, root)));
}

interface LogCall {
  level: string;
  fields: ts.Expression;
  message: ts.Expression;
}

function callsIn(source: ts.SourceFile): LogCall[] {
  const calls: LogCall[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { name, expression } = node.expression;
      const [fields, message] = node.arguments;
      const isLog = LEVELS.has(name.text) && /(^|[.#])log\??$/.test(expression.getText());
      if (isLog && fields !== undefined && message !== undefined) calls.push({ level: name.text, fields, message });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return calls;
}

function messagesOf(call: LogCall, source: ts.SourceFile, checker: ts.TypeChecker, root: string) {
  const type = checker.getTypeAtLocation(call.message);
  const types = type.isUnion() ? type.types : [type];
  const fields = fieldsOf(checker.getTypeAtLocation(call.fields));
  const file = path.relative(root, source.fileName);
  return types.map((one) => ({
    ...{ level: call.level, fields, file },
    message: one.isStringLiteral() ? one.value : null,
  }));
}

function fieldsOf(type: ts.Type): string[] {
  const types = type.isUnion() ? type.types : [type];
  const names = types.flatMap((one) => one.getProperties().map(({ name }) => name));
  return [...new Set(names)].filter((name) => !name.startsWith('__')).toSorted();
}
