//! Conflict markers: written around whole records, read as plain git leaves them.

/// How the sides of a conflict are called behind its markers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The version that is merged into.
    pub ours: String,
    /// The version that both come from; none: it is not shown.
    pub base: Option<String>,
    /// The version that is merged.
    pub theirs: String,
}

const OURS: &str = "<<<<<<<";
const BASE: &str = "|||||||";
const THEIRS: &str = "=======";
const END: &str = ">>>>>>>";

/// A record's versions between markers; a version that is not there is empty.
pub fn conflict(base: &str, ours: &str, theirs: &str, names: &Names) -> String {
    let middle = names
        .base
        .as_ref()
        .map_or_else(String::new, |name| format!("{BASE} {name}\n{base}"));
    format!(
        "{OURS} {}\n{ours}{middle}{THEIRS}\n{theirs}{END} {}\n",
        names.ours, names.theirs
    )
}

/// The versions that a text with markers stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sides {
    /// With our version in every place.
    pub ours: String,
    /// With the version both come from, where every conflict shows it.
    pub base: Option<String>,
    /// With their version in every place.
    pub theirs: String,
    /// Without what is in conflict.
    pub agreed: String,
    /// The lines on which conflicts begin, from 1.
    pub lines: Vec<usize>,
}

/// Whether a text has a line that opens a conflict.
pub fn has_marks(text: &str) -> bool {
    text.starts_with(OURS) || text.contains("\n<<<<<<<")
}

/// A text without what stands between markers.
pub fn agreed(text: &str) -> String {
    let sides = if has_marks(text) {
        sides(text).ok()
    } else {
        None
    };
    sides.map_or_else(|| text.to_owned(), |sides| sides.agreed)
}

/// Reads a text with markers.
///
/// # Errors
/// The line of a marker that belongs to no conflict, or of a conflict that does not end.
pub fn sides(text: &str) -> Result<Sides, usize> {
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum In {
        Agreed,
        Ours,
        Base,
        Theirs,
    }
    let mut sides = Sides {
        ours: String::new(),
        base: Some(String::new()),
        theirs: String::new(),
        agreed: String::new(),
        lines: Vec::new(),
    };
    let (mut place, mut based) = (In::Agreed, false);
    // git makes markers longer where one merge stands inside another; those of the first conflict
    // count.
    let size = text
        .lines()
        .find(|line| line.starts_with(OURS))
        .map_or(OURS.len(), |line| {
            line.len() - line.trim_start_matches('<').len()
        });
    for (n, line) in text.split_inclusive('\n').enumerate() {
        let mark = |mark: &str| {
            let rest = line.trim_start_matches(&mark[..1]);
            line.len() - rest.len() == size && (rest.trim_end().is_empty() || rest.starts_with(' '))
        };
        let number = n + 1;
        let next = match place {
            In::Agreed if mark(OURS) => {
                sides.lines.push(number);
                based = false;
                Some(In::Ours)
            }
            In::Ours if mark(BASE) => {
                based = true;
                Some(In::Base)
            }
            In::Ours | In::Base if mark(THEIRS) => Some(In::Theirs),
            In::Theirs if mark(END) => {
                if !based {
                    sides.base = None;
                }
                Some(In::Agreed)
            }
            In::Agreed if mark(END) => return Err(number),
            In::Ours | In::Base | In::Theirs if mark(OURS) || mark(END) => return Err(number),
            In::Agreed | In::Ours | In::Base | In::Theirs => None,
        };
        if let Some(next) = next {
            place = next;
            continue;
        }
        let kept: &mut [&mut String] = match place {
            In::Agreed => &mut [&mut sides.ours, &mut sides.theirs, &mut sides.agreed],
            In::Ours => &mut [&mut sides.ours],
            In::Theirs => &mut [&mut sides.theirs],
            In::Base => &mut [],
        };
        kept.iter_mut().for_each(|text| text.push_str(line));
        if let Some(base) = sides
            .base
            .as_mut()
            .filter(|_| matches!(place, In::Agreed | In::Base))
        {
            base.push_str(line);
        }
    }
    match (place, sides.lines.last()) {
        (In::Agreed, _) => Ok(sides),
        (_, line) => Err(line.copied().unwrap_or(1)),
    }
}
