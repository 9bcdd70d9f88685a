//! Options of a command: `--name value`, `--name=value` and `--flag`.

/// What was given, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Given {
    pub options: Vec<(String, String)>,
    pub flags: Vec<String>,
    pub others: Vec<String>,
}

/// Fails with a sentence about the argument that is not understood.
pub fn parse(arguments: &[String], options: &[&str], flags: &[&str]) -> Result<Given, String> {
    let mut given = Given::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let Some(name) = argument.strip_prefix("--").filter(|name| !name.is_empty()) else {
            if argument == "-h" {
                given.flags.push("help".to_owned());
            } else if argument.len() > 1 && argument.starts_with('-') {
                return Err(format!("there is no option {argument}."));
            } else {
                given.others.push(argument.clone());
            }
            continue;
        };
        let (name, value) = match name.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (name, None),
        };
        if name == "help" || flags.contains(&name) {
            if value.is_some() {
                return Err(format!("--{name} takes no value."));
            }
            given.flags.push(name.to_owned());
        } else if options.contains(&name) {
            let value = value.or_else(|| rest.next().cloned());
            let value = value.ok_or_else(|| format!("--{name} needs a value."))?;
            given.options.push((name.to_owned(), value));
        } else {
            return Err(format!("there is no option --{name}."));
        }
    }
    Ok(given)
}

impl Given {
    /// The last one counts, as with other programs.
    pub fn option(&self, name: &str) -> Option<&str> {
        let mut all = self.options.iter().rev();
        all.find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|given| given == flag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Given, String> {
        let arguments: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
        parse(&arguments, &["port", "db"], &["memory"])
    }

    #[test]
    fn options_have_values_and_flags_have_none() {
        let given = parsed(&["--port", "1", "x", "--db=a=b", "--memory", "--port=2"]).expect("ok");
        assert_eq!(given.option("port"), Some("2"));
        assert_eq!(given.option("db"), Some("a=b"));
        assert!(given.has("memory") && !given.has("help"));
        assert_eq!(given.others, ["x"]);
        for wrong in [&["--prot", "1"][..], &["--port"], &["--memory=yes"], &["-p"]] {
            assert!(parsed(wrong).is_err(), "{wrong:?}");
        }
    }
}
