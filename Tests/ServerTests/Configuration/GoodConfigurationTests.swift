import Devices
import Logging
import Pickle
import Pyro
import Server
import Testing

@Suite struct GoodConfigurationTests {
    @Test func aDefinitionNeedsNoMoreThanDriverNameAndPort() throws {
        let configuration = try configuration(
            """
            devices:
              - driver: simulated-light-source
                name: Laser
                port: 8001
            """
        )
        let definition = try #require(configuration.definitions.first)
        #expect(configuration.definitions.count == 1)
        #expect(definition.name == "Laser")
        #expect(definition.endpoint == .tcp(host: "127.0.0.1", port: 8001))
        #expect(definition.pyro == PyroOptions())
        #expect(definition.place == Place(file: "scope.yaml", line: 2, column: 5))
        let device = try #require(definition.devices.first)
        #expect(device.name == "Laser")
        #expect(device.driver.name == "simulated-light-source")
        #expect(device.uid == nil && device.settings.isEmpty && !device.startsEnabled && !device.isSimulated)
        #expect(!device.mayBeAbsent)
        #expect(configuration.log == LogOptions())
    }

    @Test func aDefinitionTakesOverWhatTheFileSaysAndChangesWhatItNames() throws {
        let configuration = try configuration(
            """
            host: 0.0.0.0
            pyro: { queue_length: 8, delivery: oneway, hmac_key: secret }
            devices:
              - { driver: simulated-light-source, name: A, port: 1 }
              - { driver: simulated-light-source, name: B, port: 2, host: scope-pc, pyro: { queue_length: 4 } }
            """
        )
        let (first, second) = (configuration.definitions[0], configuration.definitions[1])
        #expect(first.endpoint == .tcp(host: "0.0.0.0", port: 1))
        #expect(second.endpoint == .tcp(host: "scope-pc", port: 2))
        #expect(first.pyro.queueLength == 8 && second.pyro.queueLength == 4)
        #expect(second.pyro.delivery == .oneway)
        #expect(second.pyro.hmacKey == Array("secret".utf8))
    }

    @Test func everyPyroOptionIsRead() throws {
        let configuration = try configuration(
            """
            pyro:
              serializers: [pickle, msgpack]
              hmac_key: 1234
              compression: true
              pickle_protocol: 2
              max_message_size: 64 MiB
              max_connections: 7
              handshake_timeout: 2.5
              delivery: reply
              queue_length: 1
              congestion_control: ""
              comm_timeout: 0
              remember_clients: 5 min
              name_server: scope-pc
              mdns: true
              nat_host: scope.example
              nat_port: 9001
              ssl: { certificate: a.pem, key: a.key, key_password_file: word, ca: lab, require_client_certificate: true }
            devices: [{ driver: simulated-light-source, name: A, port: 1 }]
            """
        )
        var expected = PyroOptions()
        expected.serializers = [.pickle, .msgpack]
        expected.hmacKey = Array("1234".utf8)
        expected.compresses = true
        expected.pickleProtocol = 2
        expected.maximumMessageSize = 64 << 20
        expected.maximumConnections = 7
        expected.handshakeLimit = .seconds(2.5)
        expected.delivery = .reply
        expected.queueLength = 1
        expected.congestionControl = nil
        expected.sendLimit = nil
        expected.clientMemory = .seconds(300)
        expected.nameServer = .tcp(host: "scope-pc", port: 9090)
        expected.isAnnounced = true
        expected.publicPlace = ServerOptions.PublicPlace(host: "scope.example", port: 9001)
        expected.ssl = SSLFiles(
            certificate: "a.pem",
            key: "a.key",
            keyPasswordFile: "word",
            authorities: "lab",
            requiresClientCertificate: true
        )
        #expect(configuration.definitions[0].pyro == expected)
    }

    @Test func aSizeIsAnIntegerOrHasAUnit() throws {
        for (text, bytes) in [("5000", 5000), ("4 KiB", 4096), ("4KiB", 4096), ("1 GiB", 1 << 30)] {
            let configuration = try configuration(
                """
                pyro: { max_message_size: \(text) }
                devices: [{ driver: simulated-light-source, name: A, port: 1 }]
                """
            )
            #expect(configuration.definitions[0].pyro.maximumMessageSize == bytes)
        }
    }

    @Test func aGroupSharesOnePortAndGoesByItsOwnNameOrThatOfItsFirstDevice() throws {
        let configuration = try configuration(
            """
            devices:
              - port: 8010
                devices:
                  - { name: Wheel, driver: simulated-filter-wheel, conf: { positions: 6 } }
                  - { name: Laser, driver: simulated-light-source, simulated: true, may_be_absent: true }
              - name: Stand
                socket: /run/stand
                devices: [{ name: Lamp, driver: simulated-light-source }]
            """
        )
        #expect(configuration.definitions.map(\.name) == ["Wheel", "Stand"])
        #expect(configuration.definitions[0].devices.map(\.name) == ["Wheel", "Laser"])
        #expect(configuration.definitions[0].devices.map(\.isSimulated) == [false, true])
        #expect(configuration.definitions[0].devices.map(\.mayBeAbsent) == [false, true])
        #expect(configuration.definitions[0].devices[1].place.line == 5)
        #expect(configuration.definitions[1].endpoint == .unix(path: "/run/stand"))
    }

    @Test func settingsKeepTheirOrderTypesAndPlaces() throws {
        let configuration = try configuration(
            """
            devices:
              - driver: simulated-camera
                name: A
                port: 0
                enable: true
                settings:
                  image pattern: gradient
                  gain: 8
                  exposure_time: 0.5
                  cooled: true
                  mode: "true"
                  fan: off
                  roi: [0, 0, 64, [1.5, on]]
            """
        )
        let device = configuration.definitions[0].devices[0]
        #expect(device.startsEnabled)
        #expect(
            device.settings.map(\.name) == ["image pattern", "gain", "exposure_time", "cooled", "mode", "fan", "roi"]
        )
        let values: [PythonValue] = ["gradient", 8, 0.5, true, "true", "off", [0, 0, 64, [1.5, "on"]]]
        #expect(device.settings.map(\.value) == values)
        #expect(device.settings[1].place == Place(file: "scope.yaml", line: 8, column: 13))
    }

    @Test func aFloatingDriverGetsItsUIDAsItIsWritten() throws {
        let configuration = try configuration(
            "devices: [{ driver: floating-camera, name: A, port: 1, uid: 00123 }]"
        )
        #expect(configuration.definitions[0].devices[0].uid == "00123")
    }

    @Test func anchorsAndAliasesStandForTheSameValue() throws {
        let configuration = try configuration(
            """
            devices:
              - { driver: simulated-camera, name: A, port: 1, conf: &shape { sensor_shape: [64, 32] } }
              - { driver: simulated-camera, name: B, port: 2, conf: *shape }
            """
        )
        let shapes = configuration.definitions.map { options(of: $0.devices[0].driver, as: CameraOptions.self) }
        #expect(shapes.map { $0?.sensorShape } == [[64, 32], [64, 32]])
    }

    @Test func definitionsThatTheKernelChoosesAPortForDoNotClash() {
        #expect(
            errors(
                in: """
                    devices:
                      - { driver: simulated-light-source, name: A, port: 0 }
                      - { driver: simulated-light-source, name: B, port: 0 }
                    """
            ).isEmpty
        )
    }

    @Test func aKeyWithNothingBehindItIsAsGoodAsNone() throws {
        let configuration = try configuration(
            """
            host:
            pyro:
            log:
            devices:
              - { driver: simulated-camera, name: A, port: 1, conf: , settings: , enable: , pyro: { delivery: } }
            """
        )
        #expect(configuration.definitions[0].endpoint == .tcp(host: "127.0.0.1", port: 1))
        #expect(configuration.definitions[0].pyro == PyroOptions())
    }

    @Test func everyLogOptionIsRead() throws {
        let configuration = try configuration(
            """
            log: { directory: /var/log/scope, level: debug, max_size: 1 MiB, keep: 2 }
            devices: [{ driver: simulated-light-source, name: A, port: 1 }]
            """
        )
        var expected = LogOptions()
        expected.directory = "/var/log/scope"
        expected.level = .debug
        expected.maximumSize = 1 << 20
        expected.keptFiles = 2
        #expect(configuration.log == expected)
    }

    @Test func everythingCanBeSimulatedAtOnce() throws {
        var configuration = try configuration(
            """
            devices:
              - { driver: simulated-light-source, name: A, port: 1 }
              - { port: 2, devices: [{ driver: simulated-light-source, name: B }] }
            """
        )
        configuration.simulateEverything()
        #expect(configuration.definitions.flatMap(\.devices).map(\.isSimulated) == [true, true])
    }
}
