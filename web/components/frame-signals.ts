/** Found by the shortcut that changes the area. */
export const AREA_SWITCH_ID = 'area-switch';
/** Heard by the list of shortcuts wherever it is asked for. */
export const SHORTCUTS_EVENT = 'truyen-thanh:shortcuts';

export function openShortcutsHelp(): void {
  window.dispatchEvent(new Event(SHORTCUTS_EVENT));
}
