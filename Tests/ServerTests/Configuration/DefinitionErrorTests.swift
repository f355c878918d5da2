import Testing

@Suite struct DefinitionErrorTests {
    @Test func allErrorsComeAtOnceInTheOrderOfTheFile() {
        let text = """
            hots: 127.0.0.1
            devices:
              - driver: simulated-camra
                port: eight
                conf: { nobody: knows }
              - driver: simulated-filter-wheel
                name: Wheel
                port: 70000
                conf: { positions: six }
            pyro: { delivery: push }
            """
        #expect(
            errors(in: text) == [
                "scope.yaml:1:1: unknown key 'hots', did you mean 'host'?",
                "scope.yaml:3:5: devices[0]: missing key 'name'",
                "scope.yaml:3:13: devices[0].driver: unknown driver 'simulated-camra', "
                    + "did you mean 'simulated-camera'?",
                "scope.yaml:4:11: devices[0].port: expected an integer from 0 to 65535, got 'eight'",
                "scope.yaml:8:11: devices[1].port: expected an integer from 0 to 65535, got 70000",
                "scope.yaml:9:24: devices[1].conf.positions: expected an integer, got 'six'",
                "scope.yaml:10:19: pyro.delivery: expected one of batch, oneway, reply, got 'push'",
            ]
        )
    }

    @Test(
        arguments: [
            ("host: h", "1:1: missing key 'devices'"),
            ("devices:", "1:9: missing key 'devices'"),
            ("devices: []", "1:10: devices: expected a list of devices, got an empty list"),
            ("devices: { a: b }", "1:10: devices: expected a list of devices, got a mapping"),
            ("devices: [5]", "1:11: devices[0]: expected a mapping, got 5"),
            ("devices: [[1]]", "1:11: devices[0]: expected a mapping, got a list"),
        ]
    )
    func devicesAreAListOfMappings(text: String, error: String) {
        #expect(errors(in: text) == ["scope.yaml:\(error)"])
    }

    @Test(
        arguments: [
            ("port: -1", "7: devices[0].port: expected an integer from 0 to 65535, got -1"),
            ("port: 8001.0", "7: devices[0].port: expected an integer from 0 to 65535, got 8001.0"),
            ("port: \"80\"", "7: devices[0].port: expected an integer from 0 to 65535, got '80' in quotes"),
            ("port: 0o17", "7: devices[0].port: expected an integer from 0 to 65535, got '0o17'"),
            ("port: 017", "7: devices[0].port: expected an integer from 0 to 65535, got '017', which begins with a 0"),
            ("port: [1]", "7: devices[0].port: expected an integer from 0 to 65535, got a list"),
            ("port: ", "8: devices[0]: missing key 'port' (or 'socket')"),
            ("port: true", "7: devices[0].port: expected an integer from 0 to 65535, got true"),
            (
                "port: 99999999999999999999",
                "7: devices[0].port: expected an integer from 0 to 65535, got '99999999999999999999', "
                    + "which is beyond 64 bits"
            ),
            ("socket: run/x", "9: devices[0].socket: expected an absolute path of at most 107 bytes, got 'run/x'"),
            ("port: 1, enable: yes", "18: devices[0].enable: expected true or false, got 'yes'"),
            ("port: 1, simulated: True", "21: devices[0].simulated: expected true or false, got 'True'"),
            (
                "port: 1, host: a b",
                "16: devices[0].host: expected the name or address of a host, got 'a b'"
            ),
            ("port: 1, settings: [1]", "20: devices[0].settings: expected a mapping, got a list"),
        ]
    )
    func wrongValuesAreReportedAtTheirColumn(keys: String, error: String) {
        let start = "devices: [{ driver: simulated-light-source, name: A, "
        let (column, message) = (error.prefix { $0 != ":" }, error.drop { $0 != ":" })
        let place = start.count + (Int(column) ?? 0)
        #expect(errors(in: "\(start)\(keys) }]") == ["scope.yaml:1:\(place)\(message)"])
    }

    @Test(arguments: ["Red Camera", "Red@Camera", "Pyro.Daemon", "''", "\"a\\tb\"", "\"a\\0b\"", "false"])
    func namesAreFitForAURI(name: String) throws {
        let found = errors(in: "devices: [{ driver: simulated-light-source, port: 1, name: \(name) }]")
        #expect(found.count == 1)
        let error = try #require(found.first)
        let expected = "a name without spaces and '@', and not Pyro.Daemon"
        #expect(error.hasPrefix("scope.yaml:1:60: devices[0].name: expected \(expected), got "))
    }

    @Test func namesAreGivenOnce() {
        let text = """
            devices:
              - { driver: simulated-light-source, port: 1, name: A }
              - { driver: simulated-light-source, port: 2, name: A }
              - name: A
                port: 3
                devices:
                  - { driver: simulated-light-source, name: B }
                  - { driver: simulated-light-source, name: B }
            """
        #expect(
            errors(in: text) == [
                "scope.yaml:3:54: devices[1].name: the name 'A' is already used in line 2",
                "scope.yaml:4:11: devices[2].name: the name 'A' is already used in line 2",
                "scope.yaml:8:49: devices[2].devices[1].name: the name 'B' is already used in line 7",
            ]
        )
    }

    @Test func portsAndSocketsAreTakenOnce() {
        let text = """
            devices:
              - { driver: simulated-light-source, name: A, port: 1 }
              - { driver: simulated-light-source, name: B, port: 1 }
              - { driver: simulated-light-source, name: C, port: 1, host: other }
              - { driver: simulated-light-source, name: D, port: 1, host: 0.0.0.0 }
              - { driver: simulated-light-source, name: E, socket: /run/x }
              - { driver: simulated-light-source, name: F, socket: /run/x }
            """
        #expect(
            errors(in: text) == [
                "scope.yaml:3:54: devices[1].port: port 1 of 127.0.0.1 is already used in line 2",
                "scope.yaml:5:54: devices[3].port: port 1 of 0.0.0.0 is already used in line 2",
                "scope.yaml:7:56: devices[5].socket: the socket /run/x is already used in line 6",
            ]
        )
    }

    @Test func aSocketHasNeitherHostNorPort() {
        let text = """
            devices:
              - driver: simulated-light-source
                name: A
                host: h
                port: 1
                socket: /run/x
            """
        #expect(
            errors(in: text) == [
                "scope.yaml:4:11: devices[0].host: 'host' cannot be combined with 'socket'",
                "scope.yaml:5:11: devices[0].port: 'port' cannot be combined with 'socket'",
            ]
        )
    }

    @Test func theDevicesOfAGroupHaveNoPortsOfTheirOwnAndTheGroupNoDriver() {
        let text = """
            devices:
              - port: 1
                driver: simulated-camera
                devices:
                  - { driver: simulated-light-source, name: A, port: 2 }
            """
        #expect(
            errors(in: text) == [
                "scope.yaml:3:5: devices[0]: unknown key 'driver', known are devices, host, name, port, pyro, socket",
                "scope.yaml:5:58: devices[0].devices[0].port: a device of a group has no 'port' of its own, "
                    + "only the group has",
            ]
        )
    }

    @Test func onlyFloatingDriversHaveAUIDAndThoseNeedOne() {
        let text = """
            devices:
              - { driver: simulated-light-source, name: A, port: 1, uid: VSC-1 }
              - { driver: floating-camera, name: B, port: 2 }
              - { driver: floating-camera, name: C, port: 3, uid: "" }
            """
        #expect(
            errors(in: text) == [
                "scope.yaml:2:62: devices[0].uid: simulated-light-source is not a floating driver: "
                    + "its options say which device is meant, not a 'uid'",
                "scope.yaml:3:5: devices[1]: missing key 'uid'",
                "scope.yaml:4:55: devices[2].uid: expected text that is not empty, got '' in quotes",
            ]
        )
    }

    @Test func settingsAreNumbersBoolsTextsAndLists() {
        let text = """
            devices:
              - driver: simulated-light-source
                name: A
                port: 1
                settings:
                  a: {}
                  b:
                  c: 010
                  d: [1, -.inf]
                  e: 1e999
            """
        let expected = "expected a number, true, false, text or a list, got"
        #expect(
            errors(in: text) == [
                "scope.yaml:6:10: devices[0].settings.a: \(expected) a mapping",
                "scope.yaml:8:10: devices[0].settings.c: \(expected) '010', which begins with a 0",
                "scope.yaml:9:14: devices[0].settings.d[1]: \(expected) '-.inf', which is not a finite number",
                "scope.yaml:10:10: devices[0].settings.e: \(expected) '1e999', which is beyond the range of numbers",
            ]
        )
    }

    @Test func anUnknownDriverIsNamedWithTheKnownOnes() throws {
        let found = errors(in: "devices: [{ driver: toaster, name: A, port: 1 }]")
        let error = try #require(found.first)
        #expect(found.count == 1)
        #expect(
            error.hasPrefix(
                "scope.yaml:1:21: devices[0].driver: unknown driver 'toaster', known are simulated-camera, "
            )
        )
    }

    @Test func errorsStayOnOneLine() {
        #expect(
            errors(in: "devices: []\n\"a\\nb\\e\": 1\nhost: \"\(String(repeating: "x", count: 100)) \"\n") == [
                "scope.yaml:1:10: devices: expected a list of devices, got an empty list",
                "scope.yaml:2:1: unknown key 'a\\nb\\u{1B}', known are devices, host, interlocks, "
                    + "light_limit, log, on_client_lost, on_hang, open_limit, pyro, rig",
                "scope.yaml:3:7: host: expected the name or address of a host, got "
                    + "'\(String(repeating: "x", count: 60))…' in quotes",
            ]
        )
    }
}
