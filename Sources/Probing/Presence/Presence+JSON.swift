public import Pickle

extension PresenceReport {
    public var json: PythonValue {
        .dict([
            "name": .str(name), "driver": .str(driver), "presence": .str(presence.rawValue), "detail": .str(detail),
        ])
    }
}

extension Question {
    public var json: PythonValue {
        .dict([
            "port": .str(port), "driver": .str(driver), "serial": .text(serial), "problem": .text(problem),
        ])
    }
}
