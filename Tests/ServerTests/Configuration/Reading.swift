import Server

/// What a text tells as a configuration, with the stubs for drivers.
func configuration(_ text: String) throws(ConfigurationErrors) -> ServerConfiguration {
    try ServerConfiguration(text: text, file: "scope.yaml", drivers: stubDrivers)
}

/// What is wrong with a text, a line for each error.
func errors(in text: String) -> [String] {
    do throws(ConfigurationErrors) {
        _ = try configuration(text)
        return []
    } catch {
        return error.errors.map(\.description)
    }
}
