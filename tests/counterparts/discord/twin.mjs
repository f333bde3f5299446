// Runs discord-digital-twin on HOST:PORT and lets the test suite call it: POST /control {on, call, args}.

import http from 'node:http'
import net from 'node:net'

// The twin listens on every interface and a port of its own choice; here it has neither freedom.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (_port, ready) {
  return listen.call(this, Number(process.env.PORT), process.env.HOST, ready)
}

// Each run is alone with its database.
const { DigitalDiscord } = await import('discord-digital-twin')
const discord = new DigitalDiscord({ botToken: process.env.DISCORD_TOKEN, botUser: { username: 'Coalition' } })
discord.seed = async () => {
  await discord.prisma.user.create({
    data: { id: discord.botUserId, username: 'coalition', globalName: 'Coalition', bot: true },
  })
}

async function control(request) {
  const { on, call, args } = JSON.parse(await text(request))
  const target = on.split('.').reduce((owner, name) => owner[name], { discord, prisma: discord.prisma })
  const result = target[call]
  return (typeof result === 'function' ? await result.apply(target, args) : result) ?? null
}

async function text(stream) {
  const parts = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

async function answerControl(request, response) {
  try {
    response.end(JSON.stringify({ result: await control(request) }))
  } catch (error) {
    response.statusCode = 500
    response.end(JSON.stringify({ error: String(error?.stack ?? error) }))
  }
}

const createServer = http.createServer
http.createServer = (handler) =>
  createServer((request, response) =>
    request.url === '/control' ? answerControl(request, response) : handler(request, response),
  )

await discord.start()
