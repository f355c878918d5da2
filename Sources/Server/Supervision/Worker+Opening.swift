internal import Devices
internal import Logging
internal import Pickle
internal import Pyro

extension Worker {
    /// Opens the devices of a definition, and sets what clients had set.
    func open(
        _ definition: Definition,
        in server: DeviceServer,
        _ order: WorkerOrder,
        _ log: Logger
    ) throws {
        func context(for devices: [DeviceDefinition], _ log: Logger) -> DriverContext {
            let device = devices[0]
            var deviceLog = DeviceLog(log)
            deviceLog.report = { [problems = server.problems, names = devices.map(\.name)] problem in
                for name in names { problems.note(problem, of: name) }
            }
            var context = DriverContext(isSimulated: device.isSimulated, log: deviceLog)
            context.part = { [server] reference in
                try link(to: reference, from: device.name, in: server, definition, order)
            }
            context.claim = { part, context in try claim(part, context, for: definition) }
            return context
        }
        func open(_ devices: [DeviceDefinition], _ log: Logger, _ body: () throws -> [any Device]) throws {
            do {
                try server.open(devices.map { ($0.name, Preparation($0, order)) }, log: log, body)
            } catch let error as PreparationError {
                throw error
            } catch {
                throw ControlError("\(definition.place(of: devices)): \(ErrorTranslation.text(of: error))")
            }
        }
        if let openTogether = definition.openTogether, !definition.devices.isEmpty {
            // Which of them a problem is of cannot be told.
            let context = context(for: definition.devices, log)
            try open(definition.devices, log) { try openTogether(context) }
        } else {
            for device in definition.devicesInOrder {
                // The devices of a group have a file each, beside the group's.
                let isAlone = definition.devices.count == 1
                let log = isAlone ? log : Log(name: device.name, options: order.log).logger
                let context = context(for: [device], log)
                try open([device], log) { [try device.driver.open(context)] }
            }
        }
        server.restore(order.memory)
    }

    /// Reaches a device that another one works with, wherever it is.
    private func link(
        to reference: DeviceReference,
        from owner: String,
        in server: DeviceServer,
        _ definition: Definition,
        _ order: WorkerOrder
    ) throws -> any PartLink {
        let text: String
        switch reference {
        case .named(let name):
            if let link = server.link(to: name) { return link }
            guard let uri = order.parts[name] else {
                throw ControlError("it is not known where \(name) is served: a function has to name what it uses")
            }
            text = uri
        case .at(let uri): text = uri
        }
        guard let uri = PyroURI(text) else { throw ControlError("'\(text)' is no URI") }
        var options = try definition.pyro.deliveryOptions.client
        options.connectLimit = .seconds(5)
        return RemotePartLink(uri, options: options, server: server, owner: owner)
    }
}

extension Definition {
    /// Where those of its devices stand that are opened together.
    fileprivate func place(of devices: [DeviceDefinition]) -> Place { devices.count == 1 ? devices[0].place : place }
}

extension Preparation {
    fileprivate init(_ device: DeviceDefinition, _ order: WorkerOrder) {
        self.init(
            settings: device.settings.map { Setting(name: $0.name, value: $0.value, place: "\($0.place)") },
            enable: device.startsEnabled
        )
        isSimulated = device.isSimulated
        staysDisabled = order.memory.disabled.contains(device.name)
        keepsLightOff = order.isRestart
    }
}
