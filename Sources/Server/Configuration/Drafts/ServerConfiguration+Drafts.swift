internal import Devices

extension ServerConfiguration {
    /// Checks the definitions that a program makes as those of a file are, and reports every error in them at once.
    ///
    /// - Parameters:
    ///   - host: where definitions listen unless they say otherwise.
    ///   - pyro: the options of definitions unless they say otherwise.
    ///   - place: where the program makes them.
    public init(
        _ drafts: [DefinitionDraft],
        host: String,
        pyro: PyroOptions,
        log: LogOptions,
        place: Place
    ) throws(ConfigurationErrors) {
        let reader = ConfigurationReader(file: place.file, drivers: DriverCatalog([]))
        let configuration = reader.configuration(of: drafts, host: host, pyro: pyro, log: log, place: place)
        guard reader.errors.isEmpty else { throw ConfigurationErrors(reader.errors) }
        self = configuration
    }
}

extension ConfigurationReader {
    /// The configuration of what is right in drafts; what is not is reported.
    fileprivate func configuration(
        of drafts: [DefinitionDraft],
        host: String,
        pyro: PyroOptions,
        log: LogOptions,
        place: Place
    ) -> ServerConfiguration {
        if drafts.isEmpty { report(ConfigurationError("there are no devices to serve", at: place)) }
        _ = value(of: .made(host, place, "host"), .host)
        check(pyro, place, [])
        check(log, place)
        var claims = Claims()
        let definitions = drafts.compactMap { definition($0, host, pyro, &claims) }
        checkReferences(among: definitions.flatMap(\.devices), names: claims.takenNames)
        return ServerConfiguration(definitions: definitions, log: log)
    }

    private func definition(
        _ draft: DefinitionDraft,
        _ host: String,
        _ defaults: PyroOptions,
        _ claims: inout Claims
    ) -> Definition? {
        let title = [draft.name ?? draft.devices.first?.name].compactMap(\.self)
        if let name = draft.name { claim(name, .made(name, draft.place, "name"), &claims) }
        if draft.devices.isEmpty {
            report(ConfigurationError("there are no devices in the group", at: draft.place, path: title.made))
        }
        let devices = draft.devices.compactMap { device($0, &claims) }
        let location = location(of: draft, title, host, &claims)
        var pyro = defaults
        draft.pyro?(&pyro)
        if pyro != defaults { check(pyro, draft.place, title) }
        guard let first = devices.first, let location else { return nil }
        var definition = Definition(
            name: draft.name ?? first.name,
            devices: devices,
            endpoint: location,
            pyro: pyro,
            place: draft.place
        )
        definition.openTogether = draft.openTogether
        if draft.openTogether != nil {
            for index in devices.indices { definition.devices[index].isOpenedWithOthers = true }
        }
        return definition
    }
}
