/** What stands behind the `#` of the address. */
export function address() {
  return new URLSearchParams(location.hash.slice(1));
}
