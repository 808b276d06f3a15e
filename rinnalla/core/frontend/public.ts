// Every help-seekers' page. All of them work without this; with it they leave less behind.
import { watchExit } from "./exit.ts";
import { keepOneEntry } from "./navigation.ts";

watchExit();
keepOneEntry();
