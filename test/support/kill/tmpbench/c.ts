import {rmSync} from 'node:fs'
import {EmbeddedDatabase} from '../../../../src/adapters/embedded/database.js'
const dir='/tmp/emb/bench2'; rmSync(dir,{recursive:true,force:true})
const db=await EmbeddedDatabase.open(dir)
const lv=db.level
const val='x'.repeat(200)
for (const n of [500,2500]) for (const mode of ['array','chained','buffer']) {
 let js=0,tot=0
 for(let r=0;r<60;r++){ const keys=Array.from({length:n},(_,i)=>`k/00000000/u${(Math.random()*1e5)|0}/e${(1e15+i).toString(16)}transactions/t${r*n+i}/`)
  const t=performance.now(); let p: Promise<void>
  if(mode==='array') p=lv.batch(keys.map(key=>({type:'put' as const,key,value:val})))
  else if(mode==='chained'){ const b=lv.batch(); for(const k of keys) b.put(k,val); p=b.write() }
  else p=lv.batch<Buffer,Buffer>(keys.map(key=>({type:'put' as const,key:Buffer.from(key),value:Buffer.from(val)})),{keyEncoding:'buffer',valueEncoding:'buffer'})
  js+=performance.now()-t; await p; tot+=performance.now()-t }
 console.log(n,mode,'js us/op',(js/60/n*1000).toFixed(2),'total us/op',(tot/60/n*1000).toFixed(2)) }
await db.close()
