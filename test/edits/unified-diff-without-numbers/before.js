function binarySearch(arr, x) {
  let low = 0, high = arr.length - 1;
  while (low <= high) {
    let mid = Math.floor((low + high) / 2);
    if (arr[mid] === x) {
      return mid;
    }
    low += 1;
  }
  return -1;
}
