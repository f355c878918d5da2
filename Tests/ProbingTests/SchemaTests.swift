import Devices
import Lasers
import Pickle
import Platform
import Probing
import Testing
import Transports

/// Tests that docs/hwprobe.md describes the JSON completely and correctly.
struct SchemaTests {
    @Test func everyKeyIsDescribedAndEveryDescribedKeyIsThere() throws {
        let described = try Self.described()
        let found = try Self.found()
        #expect(Set(found.map(\.path)).subtracting(described.keys).sorted() == [])
        #expect(Set(described.keys).subtracting(found.map(\.path)).sorted() == [])
        for (path, type) in found {
            #expect(described[path]?.contains(type) == true, "\(path) is \(type)")
        }
    }

    /// The rows of the document's table: path and types.
    private static func described() throws -> [String: Set<String>] {
        let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let text = try #require(FileSystem.text(of: "/\(folder)/docs/hwprobe.md"))
        let lines = text.split(separator: "\n")
        let rows = lines.filter { $0.hasPrefix("| `") }.map { line in
            line.split(separator: "|").map { $0.split(whereSeparator: { " `,".contains($0) }).map(String.init) }
        }
        return Dictionary(rows.filter { $0.count == 3 }.map { ($0[0][0], Set($0[1])) }) { one, _ in one }
    }

    private static func found() throws -> [(path: String, type: String)] {
        let world = try MadeUpMachine()
        world.plugIn("1-4", "03c3:1f01", ["serial": "1f21"])
        world.bind("1-4", interface: 0, to: "usbhid")
        world.addProcess(4211, "device-server", has: ["/dev/bus/usb/001/005"])
        world.plugIn("1-2", "0403:6001", address: 7, ["serial": "A5", "power/control": "auto"])
        world.addPort("ttyUSB0", at: "1-2")
        let inventory = Inventory(of: world.machine, TestDrivers.all, served: InventoryTests.served)
        let laser = Driver.cobolt.configured(LightOptions(port: .path("/dev/ttyUSB0")))
        let wanted = WantedDevice("Red", laser, uid: nil, isSimulated: false, file: "scope.yaml")
        var value = inventory.json(all: true)
        value["definitions"] = .list([inventory.report(wanted).json])
        value["asked"] = .list([Question("/nowhere", Driver.cobolt, inventory, on: world.machine).json])
        value["findings"] = .list(
            Doctor(world.machine, inventory, TestDrivers.all, wanted: [wanted]).findings.map(\.json)
        )
        return rows(of: .dict(value), at: "")
    }

    private static func rows(of value: PythonValue, at path: String) -> [(path: String, type: String)] {
        switch value {
        case .dict(let fields):
            (path.isEmpty ? [] : [(path, "object")])
                + fields.pairs.flatMap { key, value -> [(path: String, type: String)] in
                    guard case .str(let key) = key else { return [("\(path) has a key that is not text", "")] }
                    return rows(of: value, at: path.isEmpty ? key : "\(path).\(key)")
                }
        case .list(let items): [(path, "list")] + items.flatMap { rows(of: $0, at: "\(path)[]") }
        case .none: [(path, "null")]
        case .str: [(path, "string")]
        case .bool: [(path, "boolean")]
        case .int: [(path, "integer")]
        case .float: [(path, "number")]
        default: [(path, value.typeName)]
        }
    }
}
