// Writes the time of day as the page's language does: Finland's Swedish, and English with a clock of 24 hours.
// What the service renders is the same (core/formats).

const WRITTEN_AS: Readonly<Record<string, string>> = { fi: "fi-FI", sv: "sv-FI", en: "en-GB" };

export function clockOf(language: string, zone: string): (at: string) => string {
  const format = new Intl.DateTimeFormat(WRITTEN_AS[language] ?? language, {
    hour: language === "en" ? "2-digit" : "numeric", minute: "2-digit", hourCycle: "h23", timeZone: zone,
  });
  return (at) => format.format(new Date(at));
}
