package import Pickle

extension PythonException {
    /// An exception of Pyro's own, from the module `Pyro4.errors`.
    package static func pyro(_ name: String, _ message: String) -> PythonException {
        PythonException(PythonClass("Pyro4.errors", name), [.str(message)])
    }

    /// What Python prints of it, except for the places in its code, of which there are none here.
    package var tracebackLines: [String] {
        let name = type.module == "builtins" ? type.name : "\(type)"
        return ["Traceback (most recent call last):\n", "  in device-server\n", "\(name)\(said)\n"]
    }

    private var said: String {
        switch (arguments.count, arguments.first) {
        // What a KeyError holds is a key, which Python shows as it is written in code.
        case (1, .str(let key)?) where type.name == "KeyError": ": '\(key)'"
        case (1, .str(let text)?): text.isEmpty ? "" : ": \(text)"
        case (1, .int(let number)?): ": \(number)"
        case (1, .some(.none)): ": None"
        case (0, _): ""
        default: String(description.dropFirst(type.name.count))
        }
    }

    /// The same with the lines that `Pyro4.util.getPyroTraceback` shows below the caller's own traceback.
    package func traced(_ lines: [String]) -> PythonException {
        var traced = self
        traced.attributes["_pyroTraceback"] = .list(lines.map(PythonValue.str))
        return traced
    }
}
