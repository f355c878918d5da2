internal import Devices
internal import Pickle
internal import Platform
internal import Pyro

extension DeviceServer {
    /// The state of the devices, by their ids: the problem that keeps a device from being used; the call that has held
    /// its lock for long; the call that has waited for long; how many data it has sent, and to whom; and its parts.
    var report: PythonDictionary {
        var report = PythonDictionary()
        report[Self.frameBytesKey] = .int(FrameBytes.held)
        for (name, fields) in openings.report { report[.str(name)] = .dict(fields) }
        for host in hosts.withLock({ $0 }) {
            let (objects, call) = (host.objects, host.overdueCall ?? host.overdueWait)
            for object in objects where object.owner == nil {
                var fields = fields(of: object, host)
                if let call {
                    fields["overdue_call"] = .str(call.text)
                    fields["overdue_call_time"] = .float(call.time)
                    if call.device == object.id { fields[OverdueCall.key] = .bool(true) }
                }
                if let wait = host.waitingCall {
                    fields["waiting_call"] = .str(wait.text)
                    fields["waiting_call_time"] = .float(wait.time)
                }
                if let problem = problems[object.id] {
                    fields["problem"] = .str(problem.text)
                    fields["problem_time"] = .float(problem.time)
                }
                let parts = objects.filter { $0.owner == object.id }
                fields["parts"] = .list(parts.map { .dict(self.fields(of: $0, host)) })
                report[.str(object.id)] = .dict(fields)
            }
        }
        return report
    }

    /// The key of the number of bytes that frames take, which no device has as its name.
    static var frameBytesKey: PythonValue { .none }

    private func fields(of object: ObjectDescription, _ host: DeviceHost) -> PythonDictionary {
        var fields: PythonDictionary = ["name": .str(object.id), "uri": .str(uri(of: object.id).text)]
        if let lease = leases.lease(of: object.id) {
            fields["locked_by"] = .str(lease.owner)
            fields["locked_since"] = .float(lease.since)
        }
        if let light = host.lights[object.index] { fields["light"] = light.status.value }
        if let stream = object.stream {
            for (key, value) in stream.status.fields.pairs { fields[key] = value }
        }
        return fields
    }
}

/// The problems that keep devices from being used, as reported by their drivers.
final class DeviceProblems: Sendable {
    struct Problem: Sendable {
        let text: String
        /// When it began, in seconds since 1970.
        let time: Double
    }

    private let problems = Lock<[String: Problem]>([:])

    private let returned = Lock<@Sendable (String) -> Void>({ _ in })

    /// Sets the function that is called with the id of a device that is usable again.
    func whenReturned(_ body: @escaping @Sendable (String) -> Void) { returned.withLock { $0 = body } }

    /// - Parameter problem: nil if the device is usable again.
    func note(_ problem: String?, of id: String) {
        let isBack = problems.withLock { problems in
            defer { problems[id] = problem.map { Problem(text: $0, time: problems[id]?.time ?? Timestamp.now) } }
            return problem == nil && problems[id] != nil
        }
        if isBack { returned.withLock { $0 }(id) }
    }

    subscript(id: String) -> Problem? { problems.withLock { $0[id] } }
}
