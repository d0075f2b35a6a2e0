/** The file that a model means by a path; undefined where none or several could be meant. */
export function findFile<File extends { readonly path: string }>(
  files: readonly File[],
  named: string | undefined,
): File | undefined {
  if (named === undefined) return files.length === 1 ? files[0] : undefined;
  const wanted = plainPath(named);
  const exact = files.find(({ path }) => plainPath(path) === wanted);
  if (exact) return exact;
  // Models shorten long paths, or write them from the root of a project that we do not know.
  const alike = files.filter(({ path }) => {
    const own = plainPath(path);
    return own.endsWith(`/${wanted}`) || wanted.endsWith(`/${own}`);
  });
  return alike.length === 1 ? alike[0] : undefined;
}

function plainPath(path: string): string {
  return path
    .trim()
    .replaceAll("\\", "/")
    .replace(/^(?:\.\/)+/, "");
}
