// Prints one JSON Schema per request body in Discord's published API description, with what discord.py needs relaxed.

import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { pathsList } from 'discord-api-spec'
import * as spec from 'discord-api-spec/zod'

const types = fileURLToPath(import.meta.resolve('discord-api-spec')).replace(/\.js$/, '.ts')

function definitions() {
  const registry = z.registry()
  for (const [name, schema] of Object.entries(spec)) {
    if (name.endsWith('Schema')) registry.add(schema, { id: name.slice(0, -'Schema'.length) })
  }
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/$defs/${id}`, unrepresentable: 'any' })
  return schemas
}

// Discord takes numbers for snowflakes and any ISO 8601 offset; its description admits strings and `Z` only.
function relaxed(node, name) {
  if (name === 'SnowflakeType') return { anyOf: [{ type: 'string', pattern: node.pattern }, { type: 'integer' }] }
  if (Array.isArray(node)) return node.map((part) => relaxed(part))
  if (node === null || typeof node !== 'object') return node
  const { $schema, $id, oneOf, ...rest } = node
  if (rest.format === 'date-time') return { type: 'string', format: 'date-time' }
  const entries = Object.entries(oneOf ? { ...rest, anyOf: oneOf } : rest)
  return Object.fromEntries(entries.map(([key, value]) => [key, relaxed(value)]))
}

// The description keeps its paths in TypeScript; each body there is a union of names, perhaps as an array.
function bodies(source) {
  const paths = {}
  let path, method, body
  for (const line of source.slice(source.indexOf('export interface Paths {')).split('\n')) {
    if (line === '}') break
    let found
    if ((found = line.match(/^ {2}"(.+)": \{$/))) path = found[1]
    else if ((found = line.match(/^ {4}(\w+): \{$/))) method = found[1].toUpperCase()
    else if ((found = line.match(/^ {6}requestBody\?: ?(.*)$/))) body = found[1]
    else if (line.startsWith('      responses')) {
      if (body !== undefined && body !== 'undefined;') paths[`${method} ${path}`] = bodySchema(body)
      body = undefined
    } else if (body !== undefined) body += line
  }
  return paths
}

function bodySchema(text) {
  const names = text.replace(/[;()\s]/g, '').split('|').filter(Boolean)
  if (!names.every((name) => /^\w+(\[\])?$/.test(name))) return null
  return { anyOf: names.filter((name) => name !== 'null').map(reference) }
}

function reference(name) {
  if (name.endsWith('[]')) return { type: 'array', items: reference(name.slice(0, -2)) }
  return { $ref: `#/$defs/${name}` }
}

const defs = Object.fromEntries(Object.entries(definitions()).map(([name, node]) => [name, relaxed(node, name)]))
const paths = Object.entries(pathsList).flatMap(([method, list]) => list.map((path) => `${method.toUpperCase()} ${path}`))
process.stdout.write(JSON.stringify({ $defs: defs, paths, bodies: bodies(fs.readFileSync(types, 'utf8')) }))
