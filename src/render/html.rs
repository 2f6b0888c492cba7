//! Tables as one page for a browser: no network, no script, printable, and behind each figure its
//! records.

use crate::locale::{Lang, Locale};
use crate::narrative::word::escaped;
use crate::render::{chart, name_and_days, part_name};
use crate::spelling::visible;
use crate::table::{Cell, Column, Publication, Source, Table, TableRow};

/// How the page looks; sources are for the screen, not for paper.
const STYLE: &str = include_str!("page.css");

/// The page.
pub fn page(found: &Publication, locale: &Locale) -> String {
    let lang = match locale.lang() {
        Lang::Zh => "zh-CN",
        Lang::En => "en",
    };
    let heading = found.heading();
    let (first, below) = heading.split_once('\n').unwrap_or((heading, ""));
    // The days that it is counted for stand below the title, so that neither is broken.
    let (title, days) = match found.title.is_empty() {
        true => name_and_days(first),
        false => (first, ""),
    };
    let title = title.trim_end();
    let mut body = String::new();
    if !title.is_empty() {
        body.push_str(&format!("<h1>{}</h1>\n", said(title)));
    }
    for line in [days, below].iter().filter(|line| !line.is_empty()) {
        body.push_str(&format!("<p class=\"days\">{}</p>\n", said(line)));
    }
    body.extend(
        found
            .notes
            .iter()
            .map(|note| format!("<p>{}</p>\n", said(note))),
    );
    let mut drawn = Drawn {
        page: body,
        locale,
        is_named: vec![false; found.sources.len()],
    };
    for table in &found.tables {
        drawn.table(table, !found.title.is_empty());
    }
    drawn.charts(found);
    drawn.sources(&found.sources);
    format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body>\n<main>\n{}</main>\n</body>\n</html>\n",
        said(title),
        drawn.page
    )
}

/// A text that means itself.
fn said(text: &str) -> String {
    escaped(&visible(text)).replace('\n', "<br/>")
}

/// Whether a column says whose row it is: it stays in sight.
fn is_name(column: &Column) -> bool {
    column.name == "name" || column.name == "org"
}

struct Drawn<'l> {
    page: String,
    locale: &'l Locale,
    /// The sources from which a link leads back to their figure.
    is_named: Vec<bool>,
}

impl Drawn<'_> {
    fn table(&mut self, table: &Table, is_titled: bool) {
        if is_titled && !table.title.is_empty() {
            self.page
                .push_str(&format!("<h2>{}</h2>\n", said(&table.title)));
        }
        if !table.rows.is_empty() {
            for part in table.parts() {
                let name = part_name(&part, self.locale);
                if !name.is_empty() {
                    self.page.push_str(&format!("<h2>{}</h2>\n", said(&name)));
                }
                self.part(table, &part.columns);
            }
        }
        for note in &table.notes {
            self.page
                .push_str(&format!("<p class=\"note\">{}</p>\n", said(note)));
        }
        if table.has_laggards(&table.seen()) {
            let note = said(&self.locale.text("page-mark"));
            self.page.push_str(&format!(
                "<p class=\"note\"><b class=\"lags\">{note}</b></p>\n"
            ));
        }
    }

    fn part(&mut self, table: &Table, columns: &[usize]) {
        self.page
            .push_str("<div class=\"wide\" tabindex=\"0\"><table>\n<thead>\n");
        self.headings(table, columns);
        self.page.push_str("</thead>\n<tbody>\n");
        for (n, row) in table.rows.iter().enumerate() {
            self.page.push_str(if row.total {
                "<tr class=\"total\">"
            } else {
                "<tr>"
            });
            for &column in columns {
                self.cell(table, (n, row), column);
            }
            self.page.push_str("</tr>\n");
        }
        self.page.push_str("</tbody>\n</table></div>\n");
    }

    /// The headings: a block's over those of its columns, where columns have blocks.
    fn headings(&mut self, table: &Table, columns: &[usize]) {
        let has_blocks = columns.iter().any(|&n| !table.block(n).is_empty());
        let (mut first, mut second) = (String::new(), String::new());
        for run in table.runs(columns) {
            let column = &table.columns[run[0]];
            if table.block(run[0]).is_empty() {
                let class = if is_name(column) {
                    " class=\"name\""
                } else {
                    ""
                };
                let rows = if has_blocks { " rowspan=\"2\"" } else { "" };
                let label = said(&column.label);
                first.push_str(&format!("<th scope=\"col\"{rows}{class}>{label}</th>"));
                continue;
            }
            first.push_str(&format!(
                "<th scope=\"colgroup\" colspan=\"{}\">{}</th>",
                run.len(),
                said(table.block(run[0]))
            ));
            for &n in run {
                let (label, own) = (&table.columns[n].label, &table.columns[n].short.1);
                let (label, own) = (said(label), said(own));
                second.push_str(&format!("<th scope=\"col\" title=\"{label}\">{own}</th>"));
            }
        }
        self.page.push_str(&format!("<tr>{first}</tr>\n"));
        if has_blocks {
            self.page.push_str(&format!("<tr>{second}</tr>\n"));
        }
    }

    fn cell(&mut self, table: &Table, (n, row): (usize, &TableRow), column: usize) {
        let of = &table.columns[column];
        let words = said(&table.words(row, column));
        let mut classes = Vec::new();
        if !of.unit.is_empty() {
            classes.push("n");
        }
        if is_name(of) {
            classes.push("name");
        }
        if table.lags(row, column) {
            classes.push("lags");
        }
        let class = match classes.is_empty() {
            true => String::new(),
            false => format!(" class=\"{}\"", classes.join(" ")),
        };
        let inner = match table.sources.get(&(n, column)) {
            None => words,
            Some(&source) => {
                let is_first = !std::mem::replace(&mut self.is_named[source], true);
                let id = match is_first {
                    true => format!(" id=\"f{source}\""),
                    false => String::new(),
                };
                format!("<a href=\"#s{source}\"{id}>{words}</a>")
            }
        };
        self.page.push_str(&format!("<td{class}>{inner}</td>"));
    }

    fn charts(&mut self, found: &Publication) {
        for chart in &found.charts {
            let title = said(&chart.title);
            self.page
                .push_str(&format!("<figure>\n<figcaption>{title}</figcaption>\n"));
            self.page.push_str(&chart::svg(chart));
            self.page.push_str("</figure>\n");
        }
    }

    fn sources(&mut self, sources: &[Source]) {
        if sources.is_empty() {
            return;
        }
        let title = said(&self.locale.text("page-sources"));
        self.page
            .push_str(&format!("<div class=\"sources\">\n<h2>{title}</h2>\n"));
        for (n, source) in sources.iter().enumerate() {
            let back = match self.is_named[n] {
                true => format!(" <a href=\"#f{n}\" aria-label=\"↩\">↩</a>"),
                false => String::new(),
            };
            self.page.push_str(&format!(
                "<section id=\"s{n}\">\n<h3>{} = {}{back}</h3>\n",
                said(&source.title),
                said(&source.value.words())
            ));
            if !source.parts.is_empty() {
                self.page.push_str("<ul>\n");
                for part in &source.parts {
                    let value = sources[part.source].value.words();
                    let (label, at) = (said(&part.label), part.source);
                    self.page.push_str(&format!(
                        "<li>{label} = <a href=\"#s{at}\">{}</a></li>\n",
                        said(&value)
                    ));
                }
                self.page.push_str("</ul>\n");
            }
            self.records(source);
            self.page.push_str("</section>\n");
        }
        self.page.push_str("</div>\n");
    }

    fn records(&mut self, source: &Source) {
        if source.records.is_empty() {
            return;
        }
        self.page
            .push_str("<div class=\"wide\"><table>\n<thead><tr>");
        for label in ["org", "what", "date", "contributes", "place"] {
            let label = said(&self.locale.text(&format!("label-{label}")));
            self.page
                .push_str(&format!("<th scope=\"col\">{label}</th>"));
        }
        self.page.push_str("</tr></thead>\n<tbody>\n");
        for record in &source.records {
            let day = record.day.map(|day| day.to_string()).unwrap_or_default();
            self.page.push_str(&format!(
                "<tr><td>{}</td><td>{}</td><td class=\"day\">{day}</td><td class=\"n\">{}</td>\
                 <td class=\"place\">{}</td></tr>\n",
                said(&record.org),
                said(&record.what),
                said(&Cell::Number(record.adds).words()),
                said(&record.place)
            ));
        }
        self.page.push_str("</tbody>\n</table></div>\n");
    }
}
