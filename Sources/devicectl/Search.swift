import MicroscopeClient
import Pickle
import Pyro

/// A place to look for devices at, and what is there.
enum Search: Sendable {
    /// All objects of a server; whether there is one need not be sure.
    case server(PyroURI.Location, isExpected: Bool)
    case object(PyroURI)
    /// What has a URI without a place, by a name server or by mDNS, and where that is.
    case name(String, PyroURI)

    /// A line of the list.
    struct Line: Sendable {
        let cells: [String]
        let isDown: Bool
    }

    func lines(_ options: ConnectionOptions, parts: Bool) async -> [Line] {
        switch self {
        case .server(let location, let isExpected):
            await Self.lines(at: location, options, isExpected: isExpected, parts: parts)
        case .object(let uri): [await Self.line(uri.text, uri, options)]
        case .name(let name, let uri): [await Self.line(name, uri, options, place: uri.text)]
        }
    }

    private static func lines(
        at location: PyroURI.Location,
        _ options: ConnectionOptions,
        isExpected: Bool,
        parts: Bool
    ) async -> [Line] {
        let daemon = PyroConnection(to: PyroURI(object: "Pyro.Daemon", location: location), options: options)
        do {
            let ids = try await daemon.call("registered", as: [String].self).sorted()
            var lines: [Line] = []
            for id in ids where id != "Pyro.Daemon" && (parts || !isPart(id)) {
                let uri = PyroURI(object: id, location: location)
                lines.append(await line(uri.text, uri, options))
            }
            return lines
        } catch {
            // Where nobody was expected nobody may listen; a server that refuses is one all the same.
            if !isExpected, case .connection(.unreachable)? = (error as? CallFailure)?.cause { return [] }
            return [Line(cells: ["\(Endpoint(location))", "not reached: \(reason(error))"], isDown: true)]
        }
    }

    /// Whether an object belongs to another one: `Stage.axes.x` here, `obj_…` with python-microscope.
    private static func isPart(_ id: String) -> Bool { id.contains(".") || id.hasPrefix("obj_") }

    private static func line(
        _ name: String,
        _ uri: PyroURI,
        _ options: ConnectionOptions,
        place: String? = nil
    ) async -> Line {
        let connection = PyroConnection(to: uri, options: options)
        do {
            let metadata = try await connection.metadata
            let kind = DeviceKind(metadata)?.rawValue ?? "no device"
            var cells = [name, kind]
            if metadata.methods.contains("get_is_enabled") {
                let isEnabled = try? await connection.call("get_is_enabled", as: Bool.self)
                cells.append(isEnabled.map { $0 ? "enabled" : "disabled" } ?? "unknown")
            } else {
                cells.append("")
            }
            return Line(cells: cells + (place.map { [$0] } ?? []), isDown: false)
        } catch {
            return Line(cells: [name, "not reached: \(reason(error))"], isDown: true)
        }
    }

    private static func reason(_ error: any Error) -> String { (error as? CallFailure)?.reason ?? "\(error)" }
}
