// Which screen stands on the stage, and the way back. It survives a tab that was killed.

const DEPTH_MAX = 12;
const HOME = "home";

/**
 * @param {object} floor
 * @param {Map<string, object>} screens  by name
 * @param {() => void} onshown  after another screen was opened
 */
export function createRouter(floor, screens, onshown) {
  let stack = [{ name: HOME, params: {} }];
  let view = null;
  let due = false;
  let opened = false;
  let pressed = false;
  let held = 0;
  let behind = [];

  const top = () => stack[stack.length - 1];
  const save = () => {
    floor.store.set("route", stack).catch(() => {});
  };
  const open = () => {
    view?.close?.();
    const { name, params } = top();
    view = screens.get(name).open(floor, params || {});
    opened = true;
    if (!held) show();
  };
  const show = () => {
    const fresh = opened;
    opened = false;
    due = false;
    floor.frame.show(view.render(), { fresh });
    if (fresh) onshown();
  };
  const render = () => {
    // A button that is taken away under a finger is never pressed: it waits until the finger is up.
    // And while a scan is in hand, its answer comes first.
    if (view && !pressed && !held) show();
  };
  const release = () => {
    const waited = behind;
    behind = [];
    for (const work of waited) work();
    if (opened) show();
    else if (due) render();
  };
  const press = (down) => () => {
    pressed = down;
    if (!down && due) setTimeout(render);
  };
  window.addEventListener("pointerdown", press(true), true);
  for (const kind of ["pointerup", "pointercancel"]) {
    window.addEventListener(kind, press(false), true);
  }

  return {
    get name() {
      return top().name;
    },
    get view() {
      return view;
    },
    /** Where back leads to: `{name, params}`, or undefined. */
    get before() {
      return stack[stack.length - 2];
    },
    get canGoBack() {
      return stack.length > 1;
    },
    /** Opens a screen. The same screen again replaces itself, so that back leads somewhere else. */
    go(name, params = {}) {
      if (!screens.has(name)) return false;
      if (name === HOME) stack = [];
      else if (stack.length && top().name === name) stack.pop();
      stack = [...stack.slice(-DEPTH_MAX), { name, params }];
      save();
      open();
      return true;
    },
    /** What the screen now shows is something else; it stays the same screen. */
    keep(params) {
      top().params = params;
      save();
    },
    back() {
      if (stack.length > 1) stack.pop();
      save();
      open();
    },
    home() {
      stack = [{ name: HOME, params: {} }];
      save();
      open();
    },
    /** The screen now anew, once, however often it is asked for before the next turn. */
    refresh() {
      if (due) return;
      due = true;
      queueMicrotask(render);
    },
    /** Build nothing anew until the function that comes back was called; once is enough. */
    hold() {
      held += 1;
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        held -= 1;
        if (!held) setTimeout(release);
      };
    },
    /** Do something now, or when what is held is let go of. */
    after(work) {
      if (held) behind.push(work);
      else work();
    },
    /** Where somebody was before the tab was killed, else home. */
    async restore() {
      const kept = await floor.store.get("route");
      const known = (kept || []).filter(({ name }) => screens.has(name) && !screens.get(name).apart);
      stack = known.length ? known : [{ name: HOME, params: {} }];
      open();
    },
    /** A screen that is no step of the work, such as letting the tablet in. */
    only(name) {
      stack = [{ name, params: {} }];
      open();
    },
  };
}
