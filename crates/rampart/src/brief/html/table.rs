//! Tables: a caption, headers with their scope, and at most so many rows.

use super::text::escape;
use std::fmt::Write;

/// No table shows more rows than this; `plan.json` has them all.
pub const ROWS_MAX: usize = 200;

/// How a column is set.
#[derive(Clone, Copy, PartialEq)]
pub enum Column {
    /// Words, from the left.
    Words(&'static str),
    /// Numbers, to the right.
    Number(&'static str),
    /// What the row is about: words, and the row's header.
    Header(&'static str),
}

/// A table being made. Cells are ready for the page: whoever makes one escapes it.
pub struct Table {
    title: &'static str,
    caption: String,
    columns: Vec<Column>,
    groups: &'static str,
    rows: Vec<(&'static str, Vec<String>)>,
    foot: Option<Vec<String>>,
    left_out: usize,
    is_dense: bool,
}

impl Table {
    /// A table with a heading and a sentence that says how to read it.
    pub fn new(title: &'static str, caption: &str, columns: &[Column]) -> Self {
        Self {
            title,
            caption: escape(caption),
            columns: columns.to_vec(),
            groups: "",
            rows: Vec::new(),
            foot: None,
            left_out: 0,
            is_dense: false,
        }
    }

    /// A row of markup above the column headers.
    pub fn groups(&mut self, markup: &'static str) {
        self.groups = markup;
    }

    /// Lets intervals fall to a second line.
    pub fn dense(&mut self) {
        self.is_dense = true;
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.row_of_class("", cells);
    }

    /// Adds a row of one class.
    pub fn row_of_class(&mut self, class: &'static str, cells: Vec<String>) {
        if self.rows.len() < ROWS_MAX {
            self.rows.push((class, cells));
        } else {
            self.left_out += 1;
        }
    }

    /// Adds the line of totals.
    pub fn foot(&mut self, cells: Vec<String>) {
        self.foot = Some(cells);
    }

    /// Writes the table, or what its emptiness means.
    pub fn write(&self, page: &mut String, empty: &str) {
        let _ = writeln!(page, "<h3>{}</h3>", self.title);
        if self.rows.is_empty() && self.foot.is_none() {
            let _ = writeln!(page, "<p class=\"empty\">{}</p>", escape(empty));
            return;
        }
        let _ = writeln!(
            page,
            "<div class=\"scroll\"><table{}>\n<caption><span>{}</span></caption>",
            if self.is_dense {
                " class=\"dense\""
            } else {
                ""
            },
            self.caption
        );
        self.write_head(page);
        page.push_str("<tbody>\n");
        for (class, cells) in &self.rows {
            self.write_row(page, class, cells);
        }
        page.push_str("</tbody>\n");
        if let Some(cells) = &self.foot {
            page.push_str("<tfoot>\n");
            self.write_row(page, "total", cells);
            page.push_str("</tfoot>\n");
        }
        page.push_str("</table></div>\n");
        if self.left_out > 0 {
            let (verb, rows) = if self.left_out == 1 {
                ("is", "row")
            } else {
                ("are", "rows")
            };
            let _ = writeln!(
                page,
                "<p class=\"more\">{} more {rows} {verb} in plan.json.</p>",
                self.left_out
            );
        }
    }

    fn write_head(&self, page: &mut String) {
        let _ = write!(page, "<thead>\n{}<tr>", self.groups);
        for column in &self.columns {
            let (class, head) = match column {
                Column::Words(head) | Column::Header(head) => ("", head),
                Column::Number(head) => (" class=\"n\"", head),
            };
            let _ = write!(page, "<th scope=\"col\"{class}>{head}</th>");
        }
        page.push_str("</tr>\n</thead>\n");
    }

    fn write_row(&self, page: &mut String, class: &str, cells: &[String]) {
        if class.is_empty() {
            page.push_str("<tr>");
        } else {
            let _ = write!(page, "<tr class=\"{class}\">");
        }
        for (column, cell) in self.columns.iter().zip(cells) {
            let _ = match column {
                Column::Words(_) => write!(page, "<td>{cell}</td>"),
                Column::Number(_) => write!(page, "<td class=\"n\">{cell}</td>"),
                Column::Header(_) => write!(page, "<th scope=\"row\">{cell}</th>"),
            };
        }
        page.push_str("</tr>\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_tables_say_what_they_leave_out() {
        let mut table = Table::new("Rows", "All of them.", &[Column::Header("Row")]);
        for row in 0..205 {
            table.row(vec![row.to_string()]);
        }
        let mut page = String::new();
        table.write(&mut page, "None.");
        assert!(page.contains(">199<") && !page.contains(">200<"));
        assert!(page.contains("5 more rows are in plan.json."));
    }

    #[test]
    fn empty_tables_say_what_it_means() {
        let mut page = String::new();
        Table::new("Moves", "Who.", &[Column::Header("From")]).write(&mut page, "Nobody moves.");
        assert_eq!(
            page,
            "<h3>Moves</h3>\n<p class=\"empty\">Nobody moves.</p>\n"
        );
    }
}
