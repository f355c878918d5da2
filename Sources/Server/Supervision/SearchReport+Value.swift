internal import Devices
internal import Pickle

extension SearchReport {
    var value: PythonValue {
        .dict([
            "count": count.map(PythonValue.int) ?? .none, "seen": .list(seen.map(PythonValue.str)),
            "held": .int(held), "unwanted": .list(unwanted.map(PythonValue.str)),
            "failures": .list(failures.map(PythonValue.str)),
        ])
    }

    init(_ value: PythonValue) {
        self.init()
        guard case .dict(let report) = value else { return }
        func texts(_ key: PythonValue) -> [String] {
            if case .list(let items)? = report[key] { items.compactMap(\.text) } else { [] }
        }
        if case .int(let count)? = report["count"] { self.count = count }
        if case .int(let held)? = report["held"] { self.held = held }
        (seen, unwanted, failures) = (texts("seen"), texts("unwanted"), texts("failures"))
    }
}
