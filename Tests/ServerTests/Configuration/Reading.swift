import Server

/// The configuration in a text, with stubs for drivers.
func configuration(_ text: String) throws(ConfigurationErrors) -> ServerConfiguration {
    try ServerConfiguration(text: text, file: "scope.yaml", drivers: stubDrivers)
}

/// The errors of a text, a line for each.
func errors(in text: String) -> [String] {
    do throws(ConfigurationErrors) {
        _ = try configuration(text)
        return []
    } catch {
        return error.errors.map(\.description)
    }
}
