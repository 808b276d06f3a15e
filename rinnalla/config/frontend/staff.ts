// The staff bundle: what every staff page does, then what the apps add. The list is here so that core knows no app above it.
import "htmx.org";
import { startDesk } from "../../chat/frontend/desk.ts";
import { startStaff } from "../../core/frontend/staff.ts";
import { passkeys } from "../../people/frontend/passkeys.ts";

startStaff();
startDesk();
passkeys();
