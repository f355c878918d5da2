internal import Devices
internal import Pickle
internal import Pyro

extension PyroConnection {
    /// The objects that an attribute gives proxies of, by their names: a stage's axes, a controller's devices.
    func parts(_ attribute: String) async throws -> [(name: String, connection: PyroConnection)] {
        let value = try await get(attribute)
        guard case .dict(let parts) = value else {
            throw CallFailure(uri.text, attribute, .unexpected("expected dict, got \(value.typeName)"))
        }
        return try parts.pairs.map { name, part in
            guard case .proxy(let proxy) = part else {
                throw CallFailure(uri.text, attribute, .unexpected("expected Proxy, got \(part.typeName)"))
            }
            // Names of axes are integers with some of python-microscope's drivers.
            return (String(python: name) ?? name.shown, PyroConnection(to: proxy.uri, options: options))
        }
    }

    func part<Part: RemoteDevice>(_ name: String, of attribute: String, as type: Part.Type) async throws -> Part {
        let parts = try await parts(attribute)
        guard let part = parts.first(where: { $0.name == name }) else {
            let known = parts.map { "'\($0.name)'" }.joined(separator: ", ")
            throw CallFailure(uri.text, "\(attribute)['\(name)']", .unexpected("there is none such, but \(known)"))
        }
        return try await Part.at(part.connection)
    }
}
