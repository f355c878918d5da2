import Devices
import Drivers
import Glibc
import Pickle
import Pyro
import Server
import Testing

/// Clashes between definitions, and problems that only this computer shows.
@Suite struct ClashTests {
    private func read(_ devices: String, file: String = "scope.yaml") throws -> ServerConfiguration {
        try ServerConfiguration(text: "devices:\n\(devices)", file: file, drivers: Drivers.drivers)
    }

    private func errors(_ devices: String) -> [String] {
        do {
            _ = try read(devices)
            return []
        } catch { return (error as? ConfigurationErrors)?.errors.map(\.message) ?? ["\(error)"] }
    }

    @Test func oneSerialPortHasOneDevice() {
        #expect(
            errors(
                """
                  - { driver: cobolt, name: A, port: 1, conf: { port: /dev/ttyUSB0 } }
                  - { driver: obis, name: B, port: 2, conf: { port: /dev/ttyUSB0 } }
                  - { driver: obis, name: C, port: 3, conf: { port: /dev/ttyUSB1 } }
                  - { port: 4, devices: [{ driver: cobolt, name: D, conf: { port: /dev/ttyUSB1 } }] }
                """
            ) == [
                "the serial port '/dev/ttyUSB0' is already used in line 2",
                "the serial port '/dev/ttyUSB1' is already used in line 4",
            ]
        )
    }

    @Test func simulatedDevicesHaveNoPorts() {
        #expect(
            errors(
                """
                  - { driver: cobolt, name: A, port: 1, conf: { port: /dev/ttyUSB0 } }
                  - { driver: cobolt, name: B, port: 2, simulated: true, conf: { port: /dev/ttyUSB0 } }
                """
            ) == []
        )
    }

    @Test func oneUSBDeviceHasOneDefinition() {
        #expect(
            errors(
                """
                  - { driver: zwo-efw, name: A, port: 1, conf: { serial: "1f" } }
                  - { driver: zwo-efw, name: B, port: 2, conf: { serial: "1f" } }
                  - { driver: zwo-efw, name: C, port: 3, conf: { serial: "2f" } }
                  - { driver: starlight-xpress-wheel, name: D, port: 4, conf: { port: 1-4.1 } }
                  - { driver: starlight-xpress-wheel, name: E, port: 5 }
                """
            ) == [
                "the USB device with the serial number '1f' is already used in line 2",
                "a USB device of this kind, selected by neither serial number nor port, is already used in line 5",
            ]
        )
    }

    @Test func namesOfOneAddressAreOne() throws {
        #expect(
            errors(
                """
                  - { driver: dummy-dsp, name: A, port: 1, host: localhost }
                  - { driver: dummy-dsp, name: B, port: 1, host: 127.0.0.1 }
                """
            ) == ["port 1 of 127.0.0.1 is already used in line 2"]
        )
    }

    @Test func serialPortsAreComparedByWhereTheyLead() throws {
        let folder = try TemporaryFolder()
        let node = folder.write("", to: "ttyUSB7")
        for link in ["by-id", "by-path"] {
            let status = unsafe symlink(node, "\(folder.path)/\(link)")
            #expect(status == 0)
        }
        let configuration = try read(
            """
              - { driver: cobolt, name: A, port: 1, conf: { port: \(folder.path)/by-id } }
              - { driver: obis, name: B, port: 2, conf: { port: \(folder.path)/by-path } }
              - { driver: obis, name: C, port: 3, conf: { port: \(folder.path)/absent } }
              - { driver: obis, name: D, port: 4, simulated: true, conf: { port: \(folder.path)/by-path } }
            """
        )
        let findings = configuration.findings()
        #expect(findings.map(\.place.line) == [3] && findings.first?.severity == .error)
        #expect(
            findings.first?.message == "B and A (line 2) use one serial port: \(folder.path)/by-path and "
                + "\(folder.path)/by-id both lead to \(node)"
        )
    }

    @Test func aHostThatOtherComputersCannotReachIsAWarning() throws {
        // Most systems resolve this name to the loopback address, some do not resolve it.
        let configuration = try read(
            """
              - { driver: dummy-dsp, name: A, port: 1, host: scope.localhost }
              - { driver: dummy-dsp, name: B, port: 2, host: localhost }
              - { driver: dummy-dsp, name: C, port: 3, host: 127.0.1.1 }
              - { driver: dummy-dsp, name: D, port: 4, host: no-such-host.invalid }
            """
        )
        let findings = configuration.findings()
        #expect(findings.map(\.place.line) == [2, 5] && findings.allSatisfy { $0.severity == .warning })
        #expect(findings.last?.message.contains("no-such-host.invalid") == true)
        if (try? Endpoint.addresses(of: "scope.localhost")) != nil {
            #expect(findings.first?.message.hasPrefix("the host name 'scope.localhost' leads to ") == true)
        }
    }

    @Test func aStarIsRefusedWithTheRightWord() {
        #expect(
            errors("  - { driver: dummy-dsp, name: A, port: 1, host: '*' }") == [
                "expected the name or address of a host, got '*' in quotes; 0.0.0.0 means all addresses of this computer"
            ]
        )
    }

    @Test func relativePathsCountFromTheFile() throws {
        let folder = try TemporaryFolder()
        let text = """
            log: { directory: logs }
            pyro: { hmac_key_file: key, ssl: { certificate: c.pem, key: /etc/k.pem, key_password_file: w, ca: ca.pem } }
            devices: [{ driver: dummy-dsp, name: A, port: 1 }]
            """
        let file = folder.write(text, to: "scope.yaml")
        let configuration = try ServerConfiguration(file: file, drivers: Drivers.drivers)
        #expect(configuration.log.directory == "\(folder.path)/logs")
        let pyro = configuration.definitions[0].pyro
        #expect(pyro.hmacKeyFile == "\(folder.path)/key" && pyro.ssl?.certificate == "\(folder.path)/c.pem")
        #expect(pyro.ssl?.key == "/etc/k.pem" && pyro.ssl?.keyPasswordFile == "\(folder.path)/w")
        #expect(pyro.ssl?.authorities == "\(folder.path)/ca.pem")
    }

    @Test func filesOfDriversCountFromTheFileAndMustExist() throws {
        let folder = try TemporaryFolder()
        let image = folder.write("", to: "cells.tif")
        func findings(_ path: String) throws -> [String] {
            let text = """
                devices:
                  - { driver: stage-aware-setup, name: A, port: 1, conf: { image: \(path) } }
                """
            let file = folder.write(text, to: "scope.yaml")
            return try ServerConfiguration(file: file, drivers: Drivers.drivers).findings().map(\.message)
        }
        #expect(try findings("cells.tif") == [] && findings(image) == [])
        #expect(try findings("none.tif") == ["A: the file '\(folder.path)/none.tif' does not exist"])
    }

    @Test func theHomeFolderIsRefusedWithAdvice() {
        #expect(errors("  - { driver: stage-aware-setup, name: A, port: 1, conf: { image: ~/cells.tif } }").count == 1)
        #expect(
            errors("  - { driver: stage-aware-setup, name: A, port: 1, conf: { image: ~/cells.tif } }")[0]
                .contains("'~' is not expanded here")
        )
        #expect(
            errors("  - { driver: dummy-dsp, name: A, socket: ~/laser }")[0].hasSuffix(
                "'~' is not expanded here: write the whole path"
            )
        )
        #expect(
            errors("  - { driver: dummy-dsp, name: A, port: 1, pyro: { hmac_key_file: ~/key } }") == [
                "expected a path, got '~/key'; '~' is not expanded here: write the whole path, such as /home/NAME/…"
            ]
        )
    }

    @Test func nullIsAsIfAbsent() throws {
        let configuration = try read(
            """
              - driver: cobolt
                name: A
                port: 1
                host: null
                socket: ~
                uid:
                devices: null
                conf: { port: /dev/ttyUSB0, baudrate: null }
                settings: { power: null }
                simulated:
                on_client_lost: null
                pyro: { ssl: null, delivery: ~, allow_from: }
            """
        )
        let definition = configuration.definitions[0]
        #expect(definition.endpoint == .tcp(host: "127.0.0.1", port: 1) && definition.pyro == PyroOptions())
        #expect(definition.devices[0].settings.isEmpty && definition.devices[0].safety == SafetyOptions())
        #expect(
            errors("  - { driver: cobolt, name: A, port: null, conf: { port: null } }") == [
                "missing key 'port'", "missing key 'port' (or 'socket')",
            ]
        )
    }

    @Test(arguments: [".nan", ".inf", "-.INF", "1e999"]) func numbersAreFinite(text: String) {
        for device in [
            "{ driver: simulated-filter-wheel, name: A, port: 1, conf: { positions: 2, travel_time: \(text) } }",
            "{ driver: dummy-dsp, name: A, port: 1, settings: { power: \(text) } }",
            "{ driver: dummy-dsp, name: A, port: 1, pyro: { comm_timeout: \(text) } }",
            "{ driver: dummy-dsp, name: A, port: 1, light_limit: \(text) }",
        ] {
            let found = errors("  - \(device)")
            #expect(found.count == 1 && found[0].contains("got '\(text)', which is "), "\(device): \(found)")
        }
    }
}
