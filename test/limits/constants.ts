/** Finds the numbers that the code is bounded by: constants of a file whose value is a number, or an object of numbers. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const root = path.join(import.meta.dirname, '../..');

/** By `file NAME`, or `file NAME.key` of an object; in the order of files and lines. */
export function constantsOfTheCode(): Map<string, number> {
  const files = globSync(['src/**/*.ts', 'machines/*.ts'], { cwd: root, exclude: (name) => name.endsWith('.d.ts') });
  return new Map(files.toSorted().flatMap((file) => constantsIn(file, readFileSync(path.join(root, file), 'utf8'))));
}

export function constantsIn(file: string, source: string): [string, number][] {
  const known = new Map<string, number>();
  const found: [string, number][] = [];
  for (const statement of ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true).statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      if (!ts.isIdentifier(name) || initializer === undefined) continue;
      const value = numberOf(initializer, known);
      if (value !== null) known.set(name.text, value);
      for (const [key, one] of leavesOf(initializer, known)) found.push([`${file} ${name.text}${key}`, one]);
    }
  }
  return found;
}

/** Where numbers stand in a value, and which. */
function leavesOf(value: ts.Expression, known: ReadonlyMap<string, number>): [string, number][] {
  const number = numberOf(value, known);
  if (number !== null) return [['', number]];
  const inner = within(value);
  if (ts.isObjectLiteralExpression(inner)) {
    return inner.properties.flatMap((property): [string, number][] => {
      if (ts.isSpreadAssignment(property)) return leavesOf(property.expression, known);
      if (!ts.isPropertyAssignment(property)) return [];
      return leavesOf(property.initializer, known).map(([key, one]) => [`.${property.name.getText()}${key}`, one]);
    });
  }
  if (ts.isArrayLiteralExpression(inner)) {
    return inner.elements.flatMap((element, index) =>
      leavesOf(element, known).map(([key, one]): [string, number] => [`[${index}]${key}`, one]),
    );
  }
  return [];
}

function within(value: ts.Expression): ts.Expression {
  if (ts.isAsExpression(value) || ts.isSatisfiesExpression(value) || ts.isParenthesizedExpression(value))
    return within(value.expression);
  return value;
}

function numberOf(value: ts.Expression, known: ReadonlyMap<string, number>): number | null {
  const one = within(value);
  if (ts.isNumericLiteral(one)) return Number(one.text);
  if (ts.isBigIntLiteral(one)) return Number(one.text.replaceAll('_', '').slice(0, -1));
  if (ts.isIdentifier(one)) return known.get(one.text) ?? null;
  if (ts.isPropertyAccessExpression(one) && one.name.text === 'length' && ts.isStringLiteral(one.expression))
    return one.expression.text.length;
  if (!ts.isBinaryExpression(one)) return null;
  const [left, right] = [numberOf(one.left, known), numberOf(one.right, known)];
  if (left === null || right === null) return null;
  switch (one.operatorToken.kind) {
    case ts.SyntaxKind.PlusToken:
      return left + right;
    case ts.SyntaxKind.MinusToken:
      return left - right;
    case ts.SyntaxKind.AsteriskToken:
      return left * right;
    case ts.SyntaxKind.AsteriskAsteriskToken:
      return left ** right;
    case ts.SyntaxKind.SlashToken:
      return left / right;
    default:
      return null;
  }
}
