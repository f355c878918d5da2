/// The names of other programs' options, with what replaces them here.
enum ForeignWords {
    /// The advice on a key of `pyro` that is an item of Pyro4's own configuration, in any spelling; nil for other keys.
    static func pyroItem(_ key: String) -> String? {
        let item = key.uppercased().replacing("-", with: "_")
        let name = item.hasPrefix("PYRO_") ? String(item.dropFirst(5)) : item
        if let ours = renamed[name] { return "\(key.shown()) of Pyro4 is \(ours) here" }
        if let reason = meaningless[name] { return "\(key.shown()) of Pyro4 has no meaning here: \(reason)" }
        return nil
    }

    /// The advice on a key by which a file states its own version; nil for other keys.
    ///
    /// Files of all versions so far have the same form. A later program may need such a key, and its files then say so
    /// to this one.
    static func version(_ key: String, _ value: ConfigurationNode) -> String? {
        let word = key.lowercased().filter { $0 != "_" && $0 != "-" }
        guard ["version", "apiversion", "configversion", "formatversion", "schemaversion"].contains(word) else {
            return nil
        }
        return
            "configurations have no version yet, and this file states \(value.summary) in \(key.shown()): remove the key, "
            + "or use the device-server that the file was written for (this is version \(Server.version))"
    }

    private static let renamed = [
        "HOST": "'host', which stands beside 'pyro'",
        "HMAC_KEY": "'hmac_key'",
        "COMPRESSION": "'compression'",
        "SERIALIZERS_ACCEPTED": "'serializers'",
        "PICKLE_PROTOCOL_VERSION": "'pickle_protocol'",
        "COMMTIMEOUT": "'comm_timeout'",
        "THREADPOOL_SIZE": "'max_connections'",
        "MAX_MESSAGE_SIZE": "'max_message_size'",
        "NATHOST": "'nat_host'",
        "NATPORT": "'nat_port'",
        "NS_HOST": "'name_server'",
        "NS_PORT": "'name_server: host:port'",
        "SSL": "a section 'ssl'",
        "SSL_SERVERCERT": "'certificate' in the section 'ssl'",
        "SSL_SERVERKEY": "'key' in the section 'ssl'",
        "SSL_SERVERKEYPASSWD": "'key_password_file' in the section 'ssl'",
        "SSL_CLIENTCERT": "'certificate' in the section 'ssl', which is used for servers and clients",
        "SSL_CLIENTKEY": "'key' in the section 'ssl'",
        "SSL_CLIENTKEYPASSWD": "'key_password_file' in the section 'ssl'",
        "SSL_CACERTS": "'ca' in the section 'ssl'",
        "SSL_REQUIRECLIENTCERT": "'require_client_certificate' in the section 'ssl'",
    ]

    private static let threads = "each client gets its own thread when it connects"
    private static let clients = "it is an option for clients"
    private static let broadcast = "name servers are not searched by broadcast"
    private static let always = "it is always on"

    private static let meaningless = [
        "SERVERTYPE": threads,
        "THREADPOOL_SIZE_MIN": threads,
        "POLLTIMEOUT": "nothing is polled",
        "ONEWAY_THREADED": "oneway calls run in their own thread, one after another for each client",
        "DETAILED_TRACEBACK": "the server has no Python variables to show",
        "SOCK_REUSE": always,
        "SOCK_NODELAY": always,
        "AUTOPROXY": always,
        "PREFER_IP_VERSION": "'host' chooses it, with an address such as 0.0.0.0 or ::",
        "SERIALIZER": "calls are answered with the serializer of the call, and images are sent as pickles",
        "DILL_PROTOCOL_VERSION": "dill can run programs, so it is not read",
        "JSON_MODULE": "it chooses a Python module",
        "USE_MSG_WAITALL": "it concerns how Python reads",
        "METADATA": clients,
        "MAX_RETRIES": clients,
        "REQUIRE_EXPOSE": "clients may call everything that devices offer",
        "FLAME_ENABLED": "clients must not run programs here",
        "ITER_STREAMING": "no device returns iterators",
        "ITER_STREAM_LIFETIME": "no device returns iterators",
        "ITER_STREAM_LINGER": "no device returns iterators",
        "LOGWIRE": "messages are not logged",
        "NS_BCHOST": broadcast,
        "NS_BCPORT": broadcast,
        "BROADCAST_ADDRS": broadcast,
        "NS_AUTOCLEAN": "it is an option for name servers",
    ]
}

// MARK: python-microscope

extension ForeignWords {
    /// The advice on a driver that is a class of python-microscope, by its name or its import path; nil for other words.
    static func driver(_ word: String, among known: [String]) -> String? {
        guard let name = word.split(separator: ".").last.map(String.init) else { return nil }
        if let driver = drivers[name] {
            // A program may have other drivers.
            guard known.contains(driver) else { return nil }
            return "python-microscope's \(name) is the driver '\(driver)' here"
        }
        guard missingDrivers.contains(name) else { return nil }
        return
            "there is no driver for python-microscope's \(name) here; its own device-server can serve it at another port"
    }

    /// The advice on an unknown key in a driver's options, if the driver has the option by another name.
    static func option(_ key: String, isKnown: (String) -> Bool) -> String? {
        if key == "timeout" { return "drivers have no timeout option: they know how long their devices take" }
        guard let ours = options[key], ours != key, isKnown(ours) else { return nil }
        return "python-microscope's \(key.shown()) is \(ours.shown()) here"
    }

    /// The advice on an unknown key of a definition or of the file.
    static func definitionKey(_ key: String) -> String? {
        switch key {
        case "cls", "class": "python-microscope's \(key.shown()) is 'driver' here"
        case "com", "baud", "baudrate", "index", "address2type", "lights":
            "\(key.shown()) is an option of a driver, which belongs in 'conf'"
        default: nil
        }
    }

    /// One of the words that a value of python-microscope's enums stands for: `stage` for `ZaberDeviceType.STAGE`.
    static func word(_ text: String, among words: [String]) -> String? {
        guard let name = text.split(separator: ".").last else { return nil }
        func plain(_ word: some StringProtocol) -> String { word.lowercased().filter { $0.isLetter || $0.isNumber } }
        return words.first { plain($0) == plain(name) }
    }

    private static let options = ["com": "port", "baud": "baudrate", "baud_rate": "baudrate"]

    private static let drivers = [
        "AndorAtmcd": "andor-sdk2",
        "AndorSDK3": "andor-sdk3",
        "ASIMS2000": "asi-ms2000",
        "CoolLED": "coolled",
        "HamamatsuCamera": "hamamatsu-dcam",
        "LudlMC2000": "ludl-mc2000",
        "SpectraIIILightEngine": "lumencor",
        "ProScanIII": "prior-proscan-iii",
        "PVCamera": "pvcam",
        "iChromeMLE": "ichrome",
        "ZaberDaisyChain": "zaber-daisy-chain",
        "Clarity": "aurox-clarity",
        "ThorlabsFilterWheel": "thorlabs-filter-wheel",
        "ThorlabsFW102C": "thorlabs-filter-wheel",
        "ThorlabsFW212C": "thorlabs-filter-wheel",
        "ThorlabsELLSlider": "thorlabs-ell-slider",
        "CoboltLaser": "cobolt",
        "DeepstarLaser": "deepstar",
        "ObisLaser": "obis",
        "SapphireLaser": "sapphire",
        "TopticaiBeam": "ibeam",
        "XimeaCamera": "ximea",
        "SimulatedCamera": "simulated-camera",
        "SimulatedController": "simulated-controller",
        "SimulatedDeformableMirror": "simulated-deformable-mirror",
        "SimulatedDigitalIO": "simulated-digital-io",
        "SimulatedFilterWheel": "simulated-filter-wheel",
        "SimulatedLightSource": "simulated-light-source",
        "SimulatedStage": "simulated-stage",
        "SimulatedValueLogger": "simulated-value-logger",
        "StageAwareCamera": "stage-aware-camera",
        "TestCamera": "test-camera",
        "TestLaser": "simulated-light-source",
        "TestFilterWheel": "simulated-filter-wheel",
        "TestStage": "simulated-stage",
        "DummyDSP": "dummy-dsp",
        "DummySLM": "dummy-slm",
    ]

    private static let missingDrivers: Set<String> = [
        "AndorAtmcd", "PiCamera", "AlpaoDeformableMirror",
        "BMCDeformableMirror", "Mirao52e", "LinkamCMS", "RPiDIO", "RPiValueLogger",
    ]

    // MARK: Files

    /// An error for another program's file, instead of the error that it makes as YAML; nil for other files.
    static func file(_ file: String, _ text: String) -> ConfigurationError? {
        let lines = text.split(whereSeparator: \.isNewline).lazy.map { $0.drop { $0 == " " || $0 == "\t" } }
        func has(_ starts: String...) -> Bool {
            lines.contains { line in starts.contains { line.hasPrefix($0) } }
        }
        let isPython = file.hasSuffix(".py") || has("from microscope", "import microscope", "import Pyro4")
        if isPython || has("DEVICES = [", "DEVICES=[") {
            return ConfigurationError(
                "this is a Python configuration of python-microscope's device-server; here the configuration is YAML "
                    + "(docs/moving-from-python-microscope.md explains how to translate it)",
                at: Place(file: file)
            )
        }
        let hasSections = lines.contains { $0.hasPrefix("[") && $0.hasSuffix("]") && !$0.contains(",") }
        if file.hasSuffix("depot.conf") || hasSections && has("type:", "type =", "uri:", "uri =", "ipAddress") {
            return ConfigurationError(
                "this is Cockpit's depot.conf, which names the devices that Cockpit connects to; device-server needs a "
                    + "YAML configuration with the devices that it serves (example: Configs/simulated.yaml)",
                at: Place(file: file)
            )
        }
        return nil
    }
}
