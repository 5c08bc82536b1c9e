/** Whether what had the keyboard is gone, or is not shown any more: the next key would begin at the top of the page. */
export function focusIsLost(): boolean {
  const had = document.activeElement;
  return !had || had === document.body || had.getClientRects().length === 0;
}
