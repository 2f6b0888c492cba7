//! Days as a calendar that phones and mail programs take in (RFC 5545).

use icalendar::{Alarm, Calendar, Component, Event as Entry, EventLike, Property, Trigger};

use crate::day::{Day, hours};
use crate::locale::Locale;
use crate::spelling::visible;
use crate::table::Event;

/// The day from which revisions are counted: a calendar that is given out later replaces an
/// earlier one.
const FIRST_REVISION: (i32, u32, u32) = (2020, 1, 1);

/// The days as a calendar, given out `today`. Each is there for the whole day, with a reminder at
/// nine o'clock of the day before.
pub fn text(events: &[Event], locale: &Locale, today: Day) -> String {
    let mut calendar = Calendar::empty();
    for (name, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//ledger//ledger//EN"),
        ("CALSCALE", "GREGORIAN"),
    ] {
        calendar.append_property(Property::new(name, value));
    }
    calendar.name(&locale.text("calendar-name"));
    let (year, month, day) = FIRST_REVISION;
    let revision = Day::new(year, month, day).map_or(0, |first| today.since(first));
    let stamp = format!("{}T000000Z", today.compact());
    for event in events {
        let mut entry = Entry::new();
        let title = visible(&event.title);
        entry
            .uid(&format!("{}@ledger", event.uid))
            .add_property("DTSTAMP", &stamp)
            .sequence(u32::try_from(revision).unwrap_or(0))
            .summary(&title)
            .description(&visible(&event.note))
            .add_property("TRANSP", "TRANSPARENT")
            .append_property(whole_day("DTSTART", event.day))
            .append_property(whole_day("DTEND", event.day.next()))
            .alarm(
                Alarm::display(&title, Trigger::before_start(hours(15)))
                    .uid(&format!("{}-alarm@ledger", event.uid))
                    .add_property("DTSTAMP", &stamp)
                    .done(),
            );
        calendar.push(entry.done());
    }
    calendar.to_string()
}

fn whole_day(name: &str, day: Day) -> Property {
    Property::new(name, day.compact().to_string())
        .add_parameter("VALUE", "DATE")
        .done()
}
