/** How many elements two sequences have in common at their beginning. */
export function sharedLength<Element>(a: ArrayLike<Element>, b: ArrayLike<Element>): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}

/** Whether a sequence begins with another one; every sequence begins with the empty one. */
export function startsWith<Element>(all: ArrayLike<Element>, start: ArrayLike<Element>): boolean {
  return start.length <= all.length && sharedLength(all, start) === start.length;
}
