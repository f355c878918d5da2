import Testing

@Suite struct OptionErrorTests {
    @Test(
        arguments: [
            ("serializers: []", "14: pyro.serializers: expected a list of serializers, got an empty list"),
            ("serializers: pickle", "14: pyro.serializers: expected a list of serializers, got 'pickle'"),
            (
                "serializers: [pickle, dill]",
                "23: pyro.serializers[1]: expected one of serpent, json, marshal, pickle, msgpack, got 'dill'"
            ),
            ("hmac_key: ''", "11: pyro.hmac_key: expected text that is not empty, got '' in quotes"),
            ("compression: 1", "14: pyro.compression: expected true or false, got 1"),
            ("pickle_protocol: 6", "18: pyro.pickle_protocol: expected an integer from 2 to 5, got 6"),
            (
                "max_message_size: 3 GiB",
                "19: pyro.max_message_size: expected bytes from 4096 to 2147483647, "
                    + "also written such as 64 MiB, got '3 GiB'"
            ),
            (
                "max_message_size: 10 MB",
                "19: pyro.max_message_size: expected bytes from 4096 to 2147483647, "
                    + "also written such as 64 MiB, got '10 MB'"
            ),
            (
                "max_message_size: 99999999999999999 GiB",
                "19: pyro.max_message_size: expected bytes from 4096 to 2147483647, "
                    + "also written such as 64 MiB, got '99999999999999999 GiB'"
            ),
            ("max_connections: 0", "18: pyro.max_connections: expected an integer from 1 to 10000, got 0"),
            (
                "handshake_timeout: 0",
                "20: pyro.handshake_timeout: expected a number from 0.1 to 3600.0, in seconds, got 0"
            ),
            (
                "comm_timeout: .nan",
                "15: pyro.comm_timeout: expected a number from 0.0 to 86400.0, in seconds, got '.nan', "
                    + "which is not a finite number"
            ),
            ("queue_length: 1.5", "15: pyro.queue_length: expected an integer from 1 to 100000, got 1.5"),
            ("congestion_control: [reno]", "21: pyro.congestion_control: expected text, got a list"),
            (
                "name_server: scope-pc:port",
                "14: pyro.name_server: expected the host of a name server, with or without a port, got 'scope-pc:port'"
            ),
            ("mdns: yes", "7: pyro.mdns: expected true or false, got 'yes'"),
            ("delivery: 5", "11: pyro.delivery: expected one of batch, oneway, reply, got 5"),
            ("compresion: true", "1: pyro: unknown key 'compresion', did you mean 'compression'?"),
        ]
    )
    func pyroOptionsAreChecked(option: String, error: String) {
        #expect(errors(in: file(with: "pyro", option)) == [located(error, behind: "pyro: { ")])
    }

    @Test(
        arguments: [
            (
                "level: loud",
                "8: log.level: expected one of trace, debug, info, notice, warning, error, critical, got 'loud'"
            ),
            (
                "max_size: 1",
                "11: log.max_size: expected bytes from 4096 to 1099511627776, also written such as 64 MiB, got 1"
            ),
            ("keep: -1", "7: log.keep: expected an integer from 0 to 1000, got -1"),
            ("directory: ''", "12: log.directory: expected a path, got '' in quotes"),
            ("file: x", "1: log: unknown key 'file', known are directory, keep, level, max_size"),
        ]
    )
    func logOptionsAreChecked(option: String, error: String) {
        #expect(errors(in: file(with: "log", option)) == [located(error, behind: "log: { ")])
    }

    @Test func sectionsAreMappings() {
        let text = """
            log: here
            pyro: [pickle]
            devices: [{ driver: simulated-light-source, name: A, port: 1, pyro: 5 }]
            """
        #expect(
            errors(in: text) == [
                "scope.yaml:1:6: log: expected a mapping, got 'here'",
                "scope.yaml:2:7: pyro: expected a mapping, got a list",
                "scope.yaml:3:69: devices[0].pyro: expected a mapping, got 5",
            ]
        )
    }

    private func file(with section: String, _ option: String) -> String {
        "\(section): { \(option) }\ndevices: [{ driver: simulated-light-source, name: A, port: 1 }]\n"
    }

    /// An error in line 1, with its column counted from behind some text.
    private func located(_ error: String, behind start: String) -> String {
        let column = Int(error.prefix { $0 != ":" }) ?? 0
        return "scope.yaml:1:\(start.count + column)\(error.drop { $0 != ":" })"
    }
}
