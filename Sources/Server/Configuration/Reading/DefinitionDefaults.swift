/// What definitions take over from the file where they say nothing of their own.
struct DefinitionDefaults {
    var host = "127.0.0.1"
    var pyro = PyroOptions()
}
