//! Gathers the dashboard's pages and the locked third-party files they need, and embeds them in the program.
//!
//! In: `dashboard/pages`, `dashboard/vendor.list`, `dashboard/node_modules` (from `npm ci`, never committed). Out: `OUT_DIR/dashboard`,
//! its `memory_serve_assets.rs`, and two variables for `src/dashboard.rs`. Without the third-party files the build goes on and
//! `dashboard/bare`, a page that says what to run, takes the place of the pages. No network and no Node is used here.

fn main() -> std::io::Result<()> {
    smaller_program();
    #[cfg(feature = "dashboard")]
    embed::dashboard()?;
    Ok(())
}

/// Leaves line tables out of the program, a third of the file; backtraces keep the names of functions. Tests keep both, which the
/// profile's `strip` would not let them.
fn smaller_program() {
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        println!("cargo::rustc-link-arg-bins=-Wl,--strip-debug");
    }
}

#[cfg(feature = "dashboard")]
mod embed {
    use std::fs;
    use std::hash::{DefaultHasher, Hash, Hasher};
    use std::io::{Error, Result};
    use std::path::{Path, PathBuf};

    /// One third-party file: where `npm ci` puts it, and its place under `/assets/vendor/`.
    struct Vendored {
        from: PathBuf,
        to: String,
    }

    pub(crate) fn dashboard() -> Result<()> {
        let source = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("dashboard");
        let out = PathBuf::from(variable("OUT_DIR")?);
        let gathered = out.join("dashboard");
        if gathered.exists() {
            fs::remove_dir_all(&gathered)?;
        }

        let vendored = vendored_files(&source)?;
        let missing = vendored.iter().find(|file| !file.from.is_file());
        if let Some(file) = missing {
            println!(
                "cargo::warning=the dashboard is not built in: {} is missing; run `make dashboard`",
                file.from.display()
            );
            // A path that does not exist would make cargo run this at every build; the folder changes when npm has filled it.
            watch(&source);
            copy_folder(&source.join("bare"), &gathered)?;
            copy(&source.join("pages/assets/favicon.svg"), &gathered.join("assets/favicon.svg"))?;
            copy(&source.join("pages/assets/css/base.css"), &gathered.join("assets/css/base.css"))?;
        } else {
            watch(&source.join("pages"));
            watch(&source.join("vendor.list"));
            copy_folder(&source.join("pages"), &gathered)?;
            for file in &vendored {
                watch(&file.from);
                copy(&file.from, &gathered.join("assets/vendor").join(&file.to))?;
            }
        }

        let code = memory_serve::assets_to_code(&gathered.to_string_lossy(), &gathered, &out, true, |_| {});
        fs::write(out.join("memory_serve_assets.rs"), format!("&[(\"default\", {code}),]"))?;
        println!(
            "cargo::rustc-env=TANGGAP_DASHBOARD={}",
            if missing.is_some() { "bare" } else { "pages" }
        );
        println!("cargo::rustc-env=TANGGAP_DASHBOARD_BUILD={}", fingerprint(&gathered)?);
        Ok(())
    }

    fn vendored_files(source: &Path) -> Result<Vec<Vendored>> {
        let list = fs::read_to_string(source.join("vendor.list"))?;
        let lines = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines
            .map(|line| match line.split_once(' ') {
                Some((from, to)) => Ok(Vendored {
                    from: source.join("node_modules").join(from),
                    to: to.to_owned(),
                }),
                None => Err(Error::other(format!("vendor.list: `{line}` is not two paths"))),
            })
            .collect()
    }

    /// Changes whenever a served byte changes, so that a page left open can tell that it is old.
    fn fingerprint(folder: &Path) -> Result<String> {
        let mut hasher = DefaultHasher::new();
        for path in files(folder)? {
            path.strip_prefix(folder).unwrap_or(&path).hash(&mut hasher);
            fs::read(&path)?.hash(&mut hasher);
        }
        Ok(format!("{:016x}", hasher.finish()))
    }

    /// Every file below a folder, in a fixed order.
    fn files(folder: &Path) -> Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        let mut entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
        entries.sort();
        for path in entries {
            if path.is_dir() {
                found.extend(files(&path)?);
            } else {
                found.push(path);
            }
        }
        Ok(found)
    }

    fn copy_folder(from: &Path, to: &Path) -> Result<()> {
        for path in files(from)? {
            // The types are for the editor and the checker; a browser has no use for them.
            if path.to_string_lossy().ends_with(".d.ts") {
                continue;
            }
            let to = to.join(path.strip_prefix(from).map_err(Error::other)?);
            if path.extension().is_some_and(|extension| extension == "js") {
                write(&to, bare_lines(&fs::read_to_string(&path)?).as_bytes())?;
            } else {
                copy(&path, &to)?;
            }
        }
        Ok(())
    }

    /// A module without the comments that have lines to themselves, and without indentation: a fifth of what a first visit would load of it.
    /// Lines keep their numbers.
    fn bare_lines(module: &str) -> String {
        let mut bare = String::with_capacity(module.len());
        let mut within = false;
        for line in module.lines() {
            let mut line = line.trim_start();
            if within || line.starts_with("/**") {
                let end = line.find("*/");
                within = end.is_none();
                line = end.map_or("", |end| line[end + 2..].trim_start());
            }
            if !line.starts_with("//") {
                bare.push_str(line);
            }
            bare.push('\n');
        }
        bare
    }

    fn copy(from: &Path, to: &Path) -> Result<()> {
        write(to, &fs::read(from)?)
    }

    fn write(to: &Path, bytes: &[u8]) -> Result<()> {
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(to, bytes)
    }

    fn watch(path: &Path) {
        println!("cargo::rerun-if-changed={}", path.display());
    }

    fn variable(name: &str) -> Result<String> {
        std::env::var(name).map_err(|error| Error::other(format!("{name}: {error}")))
    }
}
