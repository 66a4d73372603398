// What every page has. A page's own module (till.js, ...) is loaded beside this one.
import "./forms.js";
import "./menu.js";
import "./toast.js";
import "./theme.js";
import "./live.js";
import "./keys.js";
