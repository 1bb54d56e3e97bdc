//! Names in the configuration that lead to nothing: what they mean is not checked, and nobody would notice.

use std::collections::BTreeSet;

use super::{Config, ConfigError};
use crate::rule::closest;
use crate::tenants::Model;

/// The first tenants variable of a configuration file that no checked project has, by the index of a project with that
/// configuration.
///
/// One file may serve several modules, of which only some are checked, and not all have tenants. So a missing name is
/// a mistake only where a variable has nearly the same name, or where flows are called and no tenants variable is there.
pub fn missing_variable(checked: &[(&Config, &Model<'_>)]) -> Option<(usize, ConfigError)> {
    let file = |config: &Config, model: &Model<'_>| Some(model.sources().get(config.file?).name().to_owned());
    checked.iter().enumerate().find_map(|(index, (config, model))| {
        let own = file(config, model)?;
        let same = checked.iter().filter(|(config, model)| file(config, model).as_ref() == Some(&own));
        let models: Vec<&Model<'_>> = same.map(|(_, model)| *model).collect();
        // The declaration may stand where the file could not be read.
        if models.iter().any(|model| !model.is_everything_readable()) {
            return None;
        }
        let found: BTreeSet<&str> =
            models.iter().flat_map(|model| &model.variables).map(|variable| variable.name.as_str()).collect();
        let there: BTreeSet<&str> = models.iter().flat_map(|model| variables(model)).collect();
        let calls_flows = models.iter().any(|model| !model.flows.is_empty());
        let mut named = config.tenants_variables.iter().zip(&config.tenants_variable_spans);
        named.find_map(|(name, &span)| {
            if found.contains(name.as_str()) {
                return None;
            }
            let free = there.iter().copied().filter(|there| !found.contains(there));
            let hint = match closest(name, free) {
                Some(near) => format!("; did you mean `{near}`?"),
                None if calls_flows && found.is_empty() => String::new(),
                None => return None,
            };
            let message = format!("no variable `{name}` is declared or set in what is checked{hint}");
            Some((index, ConfigError { message, span }))
        })
    })
}

/// The names of the variables that the root module declares or is given.
fn variables<'m>(model: &'m Model<'_>) -> impl Iterator<Item = &'m str> {
    let project = model.project;
    let declared = project.root().into_iter().flat_map(|root| &root.variables);
    let assigned = project.assignments().iter().map(|assignment| assignment.variable.text.as_str());
    declared.map(|variable| variable.name.text.as_str()).chain(assigned)
}
