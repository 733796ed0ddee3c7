// What a source file does, read from its syntax tree and not from its text: a word in a comment or in
// a string is no use of what it names.

/** Facts about one module. */
export interface SourceFacts {
  /** Every name it uses, its own ones too: `Deno`, `Math.random`, `new Date()`. */
  readonly names: ReadonlySet<string>;
  /** What it imports to run, as written; types are no part of it. */
  readonly imports: readonly string[];
  /**
   * Catch clauses that do nothing, and `f().catch(() => {})`. Not `promise.catch(() => {})`: who keeps
   * the promise waits for it elsewhere, and only says that it need not be at once.
   */
  readonly emptyCatches: readonly string[];
  /**
   * What runs when the module is imported, and variables of it that can change. Not what runs only
   * `if (import.meta.main)`.
   */
  readonly atImport: readonly string[];
}

type Node = Deno.lint.Node;

const DECLARATIONS = new Set([
  "ClassDeclaration",
  "ExportAllDeclaration",
  "FunctionDeclaration",
  "ImportDeclaration",
  "TSDeclareFunction",
  "TSInterfaceDeclaration",
  "TSModuleDeclaration",
  "TSTypeAliasDeclaration",
]);

/** Reads `text`, the module at `path`. */
export function readFacts(path: string, text: string): SourceFacts {
  const names = new Set<string>();
  const imports: string[] = [];
  const emptyCatches: string[] = [];
  const atImport: string[] = [];

  function create({ sourceCode }: Deno.lint.RuleContext): Deno.lint.LintVisitor {
    const isMain = (node: Node) =>
      node.type === "IfStatement" && sourceCode.getText(node.test) === "import.meta.main";
    const quote = (node: Node) => sourceCode.getText(node).split("\n", 1)[0] ?? "";
    return {
      Program: ({ body }) => {
        for (const statement of body) {
          if (!isDeclaration(statement) && !isMain(statement)) atImport.push(quote(statement));
        }
      },
      AwaitExpression(node) {
        const isLater = sourceCode.getAncestors(node).some((outer) =>
          outer.type.includes("Function") || isMain(outer)
        );
        if (!isLater) atImport.push(quote(node));
      },
      ImportDeclaration(node) {
        if (node.importKind !== "type" && !hasOnlyTypes(node)) imports.push(node.source.value);
      },
      ExportAllDeclaration(node) {
        if (node.exportKind !== "type") imports.push(node.source.value);
      },
      Identifier(node) {
        const { parent } = node;
        if ("key" in parent && parent.key === node) return;
        const isProperty = "property" in parent && parent.property === node;
        names.add(isProperty ? quote(parent) : node.name);
      },
      NewExpression(node) {
        const { callee } = node;
        if (callee.type === "Identifier" && node.arguments.length === 0) {
          names.add(`new ${callee.name}()`);
        }
      },
      CatchClause(node) {
        if (node.body.body.length === 0) emptyCatches.push(quote(node));
      },
      CallExpression(node) {
        const { callee, arguments: [handler] } = node;
        if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return;
        const isOfCall = callee.property.name === "catch" &&
          callee.object.type === "CallExpression";
        if (isOfCall && handler !== undefined && isEmptyFunction(handler)) {
          emptyCatches.push(quote(node));
        }
      },
    };
  }

  Deno.lint.runPlugin({ name: "facts", rules: { facts: { create } } }, path, text);
  return { names, imports, emptyCatches, atImport };
}

function isDeclaration(statement: Node): boolean {
  if (statement.type === "VariableDeclaration") return statement.kind === "const";
  if (statement.type !== "ExportNamedDeclaration") return DECLARATIONS.has(statement.type);
  return statement.declaration === null || isDeclaration(statement.declaration);
}

function hasOnlyTypes({ specifiers }: Deno.lint.ImportDeclaration): boolean {
  return specifiers.length > 0 &&
    specifiers.every((specifier) =>
      specifier.type === "ImportSpecifier" && specifier.importKind === "type"
    );
}

function isEmptyFunction(node: Node): boolean {
  return (node.type === "ArrowFunctionExpression" || node.type === "FunctionExpression") &&
    node.body?.type === "BlockStatement" && node.body.body.length === 0;
}
