//! Grades of persons that their points contradict, as the evaluation counts them: gradings are
//! counted, and nobody is named.

use crate::rules::kind::Kind;
use crate::rules::metric::{Against, Disagreement, Metric, Window};
use crate::sql::condition::is_free_text;
use crate::sql::frame::Frame;
use crate::sql::seen::days;
use crate::sql::step::{Draft, Refused};

impl<'q> Draft<'q> {
    /// The step with how many gradings of each organisation its points contradict: `org`, `count`.
    pub(super) fn disagreeing(
        &mut self,
        frame: &Frame<'q>,
        metric: &'q Metric,
        between: &'q Disagreement,
        window: Window,
    ) -> Result<String, Refused> {
        let Against::Points { kind, sum, by } = &between.against else {
            // Members have scores beyond the organisation that grades them.
            return Err("not-in-sql-members");
        };
        let dialect = self.dialect();
        let name = |what: &str| format!("{}_{what}{}", metric.name, frame.suffix);
        let graded = self.inside(frame, &between.kind, window);
        let giving = self.inside(frame, kind, window);
        let grade = format!("r.{}", self.ident(&between.kind.fields[between.grade].name));
        let person = self.person(&between.kind, between.person);
        let body = format!(
            "SELECT r.org, {person} AS person, {grade} AS grade\n\
             {graded} AND {person} IS NOT NULL"
        );
        let about = format!("{}: who has which grade", metric.name);
        let graded = self.step(&name("graded"), about, body);
        let points = format!("r.{}", self.ident(&kind.fields[*sum].name));
        let by = self.person(kind, *by);
        let body = format!(
            "SELECT p.org, p.person, SUM(p.points) AS points\n\
             FROM (\n  \
             SELECT g.org, g.person, 0 AS points FROM {graded} g\n  \
             UNION ALL\n  \
             SELECT r.org, {by}, {points}\n  \
             {giving}\n    \
             AND {by} IS NOT NULL AND {points} IS NOT NULL\n\
             ) p\n\
             GROUP BY p.org, p.person"
        );
        let about = "points of whoever is graded or has any";
        let person = self.step(&name("points"), about, body);
        let body = format!(
            "SELECT p.org, SUM(p.points) AS points, COUNT(*) AS persons\n\
             FROM {person} p\n\
             GROUP BY p.org"
        );
        let all = self.step(
            &name("average"),
            "points and persons of each organisation",
            body,
        );
        let among =
            |grades: &[String]| dialect.one_of("g.grade", grades.iter().map(String::as_str));
        let body = format!(
            "SELECT g.org, COUNT(*) AS count\n\
             FROM {graded} g\n\
             JOIN {person} p ON p.org = g.org AND p.person = g.person\n\
             JOIN {all} a ON a.org = g.org\n\
             WHERE ({} AND p.points * a.persons < a.points) OR ({} AND p.points * a.persons > \
             a.points)\n\
             GROUP BY g.org",
            among(&between.high),
            among(&between.low)
        );
        let about = "high grades with fewer points than the average, low ones with more";
        Ok(self.step(&name("contradicted"), about, body))
    }

    /// Records of a kind that are of the days of a window: what they are read from, and the
    /// condition.
    fn inside(&mut self, frame: &Frame<'q>, kind: &'q Kind, window: Window) -> String {
        let dialect = self.dialect();
        let (first, last) = days(dialect, "r", &kind.fields[kind.period]);
        let seen = self.seen(kind, self.query.as_of).name(dialect);
        let inside = frame.inside(self, (&first, &last), window);
        format!("FROM {seen} r\nWHERE {inside}")
    }

    /// The column with a person, as texts are compared.
    fn person(&mut self, kind: &'q Kind, field: usize) -> String {
        let dialect = self.dialect();
        match is_free_text(&kind.fields[field].ty) {
            true => self.seen(kind, self.query.as_of).folded(dialect, field),
            false => format!("r.{}", dialect.ident(&kind.fields[field].name)),
        }
    }
}
