import Devices
import Pickle
import Pyro
import Server
import Simulators
import Testing

/// The keys for light, hanging calls, interlocks and access.
@Suite struct SafetyTests {
    private func device(_ keys: String, file: String = "") throws -> ConfiguredDevice {
        try configuration(
            "\(file)\ndevices: [{ driver: simulated-light-source, name: Laser, port: 1, \(keys) }]"
        )
        .definitions[0].devices[0]
    }

    @Test(
        arguments: [
            ("on_client_lost: keep", ClientLossRule.keep), ("on_client_lost: off", .off(after: .zero)),
            ("on_client_lost: off after 10 s", .off(after: .seconds(10))),
            ("on_client_lost: off after 2.5", .off(after: .seconds(2.5))),
            ("on_client_lost: off after 500 ms", .off(after: .milliseconds(500))),
        ]
    )
    func lossOfAClientHasARule(keys: String, rule: ClientLossRule) throws {
        #expect(try device(keys).safety == SafetyOptions(onClientLost: rule))
    }

    @Test func rulesAreLeftToTheKindOfDeviceByDefault() throws {
        #expect(try device("").safety == SafetyOptions())
    }

    @Test func devicesInheritTheRulesOfTheFile() throws {
        let file = ["on_client_lost: keep", "light_limit: 10 min", "on_hang: report", "open_limit: 90"]
            .joined(separator: "\n")
        let (limit, openLimit) = (Duration.seconds(600), Duration.seconds(90))
        let all = SafetyOptions(onClientLost: .keep, lightLimit: limit, onHang: .report, openLimit: openLimit)
        #expect(try device("", file: file).safety == all)
        let own = try device(
            "light_limit: none, on_client_lost: off after 1 s, on_hang: restart, open_limit: 2 min",
            file: file
        ).safety
        let rule = ClientLossRule.off(after: .seconds(1))
        #expect(own == SafetyOptions(onClientLost: rule, onHang: .restart, openLimit: .seconds(120)))
    }

    @Test(
        arguments: [
            (
                "on_client_lost: dim",
                "on_client_lost: expected keep, off, or a time up to an hour such as off after 10 s"
            ),
            ("on_client_lost: off after 2 h", "on_client_lost: expected keep, off, or a time up to an hour"),
            ("light_limit: 0", "light_limit: expected a time such as 10 min (or none), got 0"),
            ("light_limit: .inf", "light_limit: expected a time such as 10 min (or none), got '.inf'"),
            ("light_limit: -1 min", "light_limit: expected a time such as 10 min (or none), got '-1 min'"),
            ("open_limit: 0", "open_limit: expected a time such as 60 s, got 0"),
            ("open_limit: none", "open_limit: expected a time such as 60 s, got 'none'"),
            ("on_hang: kill", "on_hang: expected one of restart, report, got 'kill'"),
        ]
    )
    func wrongRulesAreReported(keys: String, message: String) throws {
        let found = errors(in: "devices: [{ driver: simulated-light-source, name: Laser, port: 1, \(keys) }]")
        #expect(found.count == 1 && found[0].contains("devices[0].\(message)"), "\(found)")
    }

    private func read(_ text: String) throws -> ServerConfiguration {
        try ServerConfiguration(text: text, file: "scope.yaml", drivers: DriverCatalog(Simulators.drivers))
    }

    private let rig = """
        devices:
          - { driver: simulated-light-source, name: Laser, port: 1 }
          - { driver: simulated-digital-io, name: Lid, port: 2, conf: { numLines: 2 } }
          - { driver: simulated-filter-wheel, name: Wheel, port: 3, conf: { positions: 6 } }
          - { driver: simulated-stage, name: Stage, port: 4, conf: { limits: { x: [0, 1] } } }
          - { driver: simulated-controller, name: Stand, port: 5, conf: { devices: {} } }

        """

    @Test func interlocksAreReadForTheDefinitionOfTheirLight() throws {
        let definitions = try read(
            rig + """
                interlocks:
                  - light: Laser
                    while:
                      - { device: Lid, line: 0, is: true }
                      - { device: Wheel, position: [0, 2] }
                      - { device: Stage, axis: x, within: [0, 0.5] }
                      - { device: Stand.camera, enabled: true }
                  - { light: Stand.lamp, while: [{ device: Lid, line: 1 }] }
                """
        )
        .definitions
        let interlock = try #require(definitions[0].interlocks.first)
        #expect(definitions.map(\.interlocks.count) == [1, 0, 0, 0, 1])
        #expect(interlock.light == "Laser" && interlock.place.line == 8)
        #expect(
            interlock.conditions.map(\.description) == [
                "line 0 of Lid is true", "Wheel is at position 0 or 2", "axis x of Stage is from 0.0 to 0.5",
                "Stand.camera is enabled",
            ]
        )
        #expect(definitions[4].interlocks.first?.conditions.first?.state == .line(1, is: true))
    }

    @Test func wrongInterlocksAreReportedTogether() {
        let text =
            rig + """
                interlocks:
                  - light: Wheel
                    while: [{ device: Laser, line: 0 }, { device: Lid }, { device: Stage, axis: x, within: [2, 1] }]
                  - { light: Nobody, while: [] }
                """
        let error = #expect(throws: ConfigurationErrors.self) { try read(text) }
        #expect(
            error?.errors.map { "\($0.path): \($0.message)" } == [
                "interlocks[0].light: expected a light source, but Wheel is a filter wheel",
                "interlocks[0].while[0].device: expected a digital I/O, but Laser is a light source",
                "interlocks[0].while[1]: expected one of line, position, axis, enabled beside 'device'",
                "interlocks[0].while[2].within: expected a lower and an upper limit, such as [0, 100]",
                "interlocks[1].light: expected the name of a device, such as Laser or Stand.camera, got 'Nobody'",
                "interlocks[1].while: expected a list of conditions, got an empty list",
            ]
        )
    }

    @Test func accessIsDecidedByNetwork() throws {
        let access = try configuration(
            """
            pyro: { allow_from: [192.168.7.0/24, "::1", 127.0.0.1], read_only_from: [192.168.7.128/25] }
            devices: [{ driver: simulated-light-source, name: Laser, port: 1 }]
            """
        )
        .definitions[0].pyro.access
        func decision(_ host: String) -> AccessRules.Access {
            access.access(of: .tcp(host: host, port: 1), at: .tcp(host: "192.168.7.2", port: 1))
        }
        #expect(decision("192.168.7.12") == .full && decision("::1") == .full)
        #expect(decision("192.168.7.130") == .readOnly)
        #expect(decision("192.168.8.1") == .none)
    }

    @Test(arguments: [
        "192.168.7.1/24", "192.168.7.0/33", "192.168.7", "scope-pc", "1.2.3.4/", "1.2.3.4/-1", "::/129", "",
    ])
    func aNetworkIsAnAddressAndALength(text: String) {
        let error = #expect(throws: ConfigurationErrors.self) {
            try configuration(
                """
                pyro: { allow_from: ["\(text)"] }
                devices: [{ driver: simulated-light-source, name: Laser, port: 1 }]
                """
            )
        }
        #expect(error?.errors.first?.message.contains("an address or network") == true)
    }
}
