import ArgumentParser
import Devices
import Glibc
import Platform
import Server
import Transports

/// The command that asks for the devices and writes a commented configuration.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Ask a few questions and write a new configuration file.",
        discussion: """
            Lists the serial ports with USB adapters and asks which driver each needs, then asks for other devices. Without \
            any device it writes simulated ones, with which clients can be tried. An existing file is never overwritten. \
            Answers can come from a pipe, one line each.
            """
    )

    @Argument(help: "The file to write.", completion: .file(extensions: ["yaml"]))
    var file = "scope.yaml"

    @Flag(help: "Ask nothing; write simulated devices.")
    var simulated = false

    func run() throws {
        guard FileSystem.realPath(file) == nil else {
            throw ValidationError("\(file) exists already. Name another file, or remove it first.")
        }
        let drivers = Program.current.microscope.drivers
        var new = NewConfiguration()
        if !simulated {
            var interview = Interview(drivers)
            new.isOpenToOthers = interview.confirm("May programs on other computers connect? [y/N]")
            new.devices = interview.serialDevices() + interview.otherDevices()
        }
        let text = new.text
        // Anything wrong here would be an error of this command.
        do throws(ConfigurationErrors) { _ = try ServerConfiguration(text: text, file: file, drivers: drivers) } catch {
            var standardError = StandardError()
            print(
                "The answers give a configuration with errors; please correct them in \(file):\n\(error)",
                to: &standardError
            )
        }
        try write(text)
        print(
            """
            \(file) is written\(new.devices.isEmpty ? ", with simulated devices" : ""). Next:
              \(Program.current.name) --check \(file)    finds errors after you have edited it
              \(Program.current.name) \(file)            serves the devices until Ctrl-C
            docs/configuration.md and Configs/reference.yaml explain every key.
            """
        )
    }

    /// Writes a new file; never an existing one.
    private func write(_ text: String) throws {
        do { try ReplacingFile.writeNew(Array(text.utf8), to: file) } catch { throw ValidationError("\(error)") }
    }
}

/// A configuration to be written.
struct NewConfiguration {
    struct NewDevice {
        var name: String
        var driver: String
        var uid: String?
        /// The serial port, if the device has one.
        var port: String?
        /// Further options without a default, which a person corrects.
        var draft: String?
        var summary: String
    }

    var isOpenToOthers = false
    /// None for simulated devices.
    var devices: [NewDevice] = []

    var text: String {
        let host =
            isOpenToOthers
            ? "host: 0.0.0.0 # other computers can connect; 127.0.0.1 allows only programs on this computer"
            : "host: 127.0.0.1 # only programs on this computer can connect; 0.0.0.0 lets other computers connect"
        return """
            # The devices that device-server serves. Configs/reference.yaml has every key with its default;
            # docs/configuration.md explains them. After a change: device-server --check FILE, device-server reload FILE.

            \(host)

            # log:
            #   directory: logs # a log file for each device, in a folder beside this file

            devices:
            \(devices.isEmpty ? Self.simulatedDevices : listedDevices)

            """
    }

    private var listedDevices: String {
        devices.enumerated().map { index, device in
            var lines = [
                "  # \(device.summary)",
                "  - name: \(device.name) # clients connect to PYRO:\(device.name)@HOST:\(8001 + index)",
                "    driver: \(device.driver)", "    port: \(8001 + index) # the TCP port",
            ]
            if let uid = device.uid { lines.append("    uid: \(Self.quoted(uid)) # the serial number") }
            if let port = device.port {
                lines += ["    conf:", "      port: \(Self.quoted(port)) # the serial port"]
                if let draft = device.draft { lines.append("      \(draft) # correct this") }
            }
            return lines.joined(separator: "\n")
        }
        .joined(separator: "\n\n")
    }

    private static let simulatedDevices = """
          # Simulated devices, with which clients can be tried. Replace them by your own: device-server --list-drivers lists
          # the drivers, and hwprobe --yaml the devices that are attached.
          - name: Camera # clients connect to PYRO:Camera@127.0.0.1:8001
            driver: simulated-camera
            port: 8001 # the TCP port
            conf: { sensor_shape: [2048, 2048] } # the driver's options
            settings: { image data type: uint16 } # applied before the first client connects

          - { name: Wheel, driver: simulated-filter-wheel, port: 8002, conf: { positions: 6 } }
          - { name: Laser, driver: simulated-light-source, port: 8003 }
          - name: Stage
            driver: simulated-stage
            port: 8004
            conf: { limits: { x: [0, 25000], y: [0, 12000], z: [-500, 500] } } # in micrometres
        """

    /// Text in double quotes: it comes from a device or a person, and may contain anything.
    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case " "..."~": "\(scalar)"
            default: "?"
            }
        }
        return "\"\(escaped.joined())\""
    }
}

/// The questions about the devices, and their answers from standard input.
struct Interview {
    private let drivers: DriverCatalog
    private var names: Set<String> = []

    init(_ drivers: DriverCatalog) { self.drivers = drivers }

    func confirm(_ question: String) -> Bool {
        ["y", "yes"].contains(ask(question).lowercased())
    }

    /// The devices at the serial ports with USB adapters.
    mutating func serialDevices() -> [NewConfiguration.NewDevice] {
        let ports = (try? USBSerialPort.all()) ?? []
        let serial = drivers.drivers.filter { if case .serialPort = $0.attachment { true } else { false } }
        if ports.isEmpty { print("No serial port with a USB adapter was found.") }
        return ports.compactMap { port in
            let product = [port.manufacturer, port.product].compactMap(\.self).joined(separator: " ")
            let title = "\(port.node) (\(product.isEmpty ? "unknown adapter" : product))"
            let driver = chooseDriver(
                "Which driver for the device at \(title)? Enter to skip, ? for a list",
                among: serial
            )
            return driver.map { device(for: $0, port: Self.name(of: port, among: ports)) }
        }
    }

    /// Devices that are not at a serial port, or at one without a USB adapter.
    mutating func otherDevices() -> [NewConfiguration.NewDevice] {
        var devices: [NewConfiguration.NewDevice] = []
        while let driver = chooseDriver(
            "Another device: which driver? Enter to finish, ? for a list",
            among: drivers.drivers
        ) {
            var new = device(for: driver, port: nil)
            if driver.isFloating { new.uid = ask("Its serial number:") }
            if case .serialPort = driver.attachment {
                new.port = ask("Its serial port, such as /dev/ttyS0 or usb:SERIAL:")
            }
            devices.append(new)
        }
        return devices
    }

    private mutating func device(for driver: any ConfigurableDriver, port: String?) -> NewConfiguration.NewDevice {
        let proposal = unusedName(for: driver)
        var name = ask("Its name [\(proposal)]:")
        if name.isEmpty || names.contains(name) || !name.allSatisfy(\.isPlain) { name = proposal }
        names.insert(name)
        return NewConfiguration.NewDevice(
            name: name,
            driver: driver.name,
            port: port,
            draft: driver.draft,
            summary: driver.summary
        )
    }

    /// A device name made from the driver's name: `ZaberDaisyChain`.
    private func unusedName(for driver: any ConfigurableDriver) -> String {
        let name = driver.name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        var (candidate, number) = (name, 2)
        while names.contains(candidate) { (candidate, number) = ("\(name)\(number)", number + 1) }
        return candidate
    }

    private func chooseDriver(_ question: String, among drivers: [any ConfigurableDriver]) -> (any ConfigurableDriver)?
    {
        while true {
            let answer = ask("\(question):")
            guard !answer.isEmpty else { return nil }
            if let driver = drivers.first(where: { $0.name == answer }) { return driver }
            if answer != "?" { print("There is no driver '\(answer)' for this.") }
            for driver in drivers { print("  \(driver.name): \(driver.summary)") }
        }
    }

    /// The answer to a question; empty at the end of the input.
    private func ask(_ question: String) -> String {
        print(question, terminator: " ")
        flushOutput()
        let answer = readLine() ?? ""
        // Without a terminal, nobody has pressed Enter.
        if isatty(STDIN_FILENO) != 1 { print() }
        let words = answer.split(separator: " ")
        return words.joined(separator: " ")
    }

    /// The name of a port that stays the same and means no other port.
    private static func name(of port: USBSerialPort, among all: [USBSerialPort]) -> String {
        guard let serial = port.serial, serial.allSatisfy(\.isPlain) else {
            return port.links.first { $0.hasPrefix("/dev/serial/by-id/") } ?? port.links.first ?? port.node
        }
        let twins = all.filter { $0.serial == serial }
        if twins.count == 1 { return "usb:\(serial)" }
        let isUnique = twins.filter { $0.interface == port.interface }.count == 1
        if isUnique, let interface = port.interface { return "usb:\(serial):\(interface)" }
        return port.links.first { $0.hasPrefix("/dev/serial/by-path/") } ?? port.node
    }
}

extension Character {
    fileprivate var isPlain: Bool { isASCII && (isLetter || isNumber || self == "_" || self == "-") }
}
